"""One process of the loop: the real commands, at the time of the loop's clock.

    python -m tests.soak.worker SECONDS PASSED COMMAND [WORD...] [-- COMMAND [WORD...]]...

SECONDS is how far this process's wall clock is ahead of the machine's; PASSED is how much time
has passed for it, regardless of the wall clock.
"""

import sys
import time
from datetime import UTC, datetime, timedelta
from itertools import groupby

from ordosync import idle
from ordosync.__main__ import main
from ordosync.clock import Clock


class _Shifted:
    """The part of the module `time` that the idle tick uses."""

    gmtime, strftime = staticmethod(time.gmtime), staticmethod(time.strftime)

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def time(self) -> float:
        return time.time() + self._seconds


def _shift(seconds: float, passed_s: float) -> None:
    """Set the clock of this process, in both modules that read it."""

    def now(_: Clock) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=seconds)

    vars_of_tick = vars(idle)
    vars_of_tick["time"] = _Shifted(seconds)
    since_start = Clock.boot_s

    def boot_s(clock: Clock) -> float:
        return since_start(clock) + passed_s

    setattr(Clock, "now", now)  # noqa: B010 - mypy knows no other way to replace a method
    setattr(Clock, "boot_s", boot_s)  # noqa: B010


def _run(words: list[str]) -> int:
    sys.argv = ["ordosync", *words]
    try:
        main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


if __name__ == "__main__":
    _shift(float(sys.argv[1]), float(sys.argv[2]))
    parts = groupby(sys.argv[3:], lambda word: word == "--")
    commands = [list(words) for is_end, words in parts if not is_end]
    sys.exit(max(_run(words) for words in commands))
