"""What ordosync costs, as ratios: `python -m tests.benchmarks`, see `__main__`."""
