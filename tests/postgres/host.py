"""A host whose processes share a limit: `host.py URL PROCESSES SECONDS SKEW_S`.

Each process calls as often as the limit allows. It prints a line for each event of a call: the
process, the event, and a time of the machine. The wall clock of the host is wrong by `SKEW_S`.
"""

import os
import sys
import time
from datetime import datetime, timedelta
from random import Random

from ordosync.clock import Clock
from ordosync.postgres.connection import connect
from ordosync.postgres.rates import SharedLimits
from tests.postgres.limits import ACCOUNT

CALLS, PER_S = 20, 0.4
AT_ONCE = 6
CALL_S = 0.5
"""Time after which a service has counted a call, if its process was killed."""
_DELAY_S = 1
"""Longest time between taking a slot and sending, on a busy machine."""
_LONGEST_S = 0.03


class _Wrong(Clock):
    def __init__(self, skew_s: float) -> None:
        self._skew = timedelta(seconds=skew_s)

    def now(self) -> datetime:
        return super().now() + self._skew


def main(url: str, processes: str, seconds: str, skew_s: str) -> None:
    """Start the processes, and wait until all of them have ended."""
    for _ in range(int(processes)):
        if not os.fork():
            _work(url, float(seconds), float(skew_s))
            os._exit(0)
    for _ in range(int(processes)):
        os.wait()


def _work(url: str, seconds: float, skew_s: float) -> None:
    dice = Random()  # noqa: S311

    def record(event: str) -> None:
        os.write(1, f"{os.getpid()} {event} {time.monotonic():.6f}\n".encode())

    limits = SharedLimits(
        lambda: connect(url, "test"),
        _Wrong(skew_s),
        shared={ACCOUNT},
        call_s=CALL_S + _DELAY_S,
    )
    rate = limits.rate(ACCOUNT, CALLS, PER_S)
    seats = limits.concurrency(ACCOUNT, AT_ONCE)
    record("began")
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with seats.slot(), rate.slot():
            record("sent")
            time.sleep(dice.uniform(0, _LONGEST_S))
            record("answered")


if __name__ == "__main__":
    main(*sys.argv[1:])
