"""Benchmarks of ordosync, as ratios: `python -m tests.benchmarks`, see `__main__`."""
