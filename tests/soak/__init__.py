"""Soak test: many hours of a bad week on two fake accounts, with kills, outages and wrong clocks.

    python -m tests.soak --minutes 5 --seed 7

A loop like cron's starts the real command again and again, each a minute of its clock later, while
people work on both sides; some of the processes are killed at a random moment. In the end all
heals, and the invariants of the project must hold without any manual action.
"""

from tests.soak.loop import Soak, Summary

__all__ = ["Soak", "Summary"]
