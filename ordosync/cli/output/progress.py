"""Shows the progress of long work on a terminal: how much, how fast, and how long it still takes.

A thread writes one line to standard error, from the second second on, and deletes it at the end.
Nothing is shown in a pipe, under cron, or on a terminal that cannot delete a line.
"""

import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ordosync.cli.output import terminal
from ordosync.cli.output.table_shapes import cell_length
from ordosync.clock import Clock
from ordosync.progress import Phase, Progress, current
from ordosync.text import plural, printable

_DELAY_S = 1.0
_INTERVAL_S = 0.25
_CLEAR = "\r\x1b[K"
_WIDTH = 80
_LEAST_LABEL = 16
_GAP = "..."
_LEAST_S = 0.5
"""The time of a phase from which its rate is shown."""


@contextmanager
def shown(clock: Clock) -> Iterator[None]:
    """Show progress meanwhile, if standard error is a terminal."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield
        return
    display = _Display(current(), clock.monotonic)
    with terminal.below(display.clear):
        display.start()
        try:
            yield
        finally:
            display.stop()


def line(phase: Phase, done_s: float, done: int, calls: int, *, width: int = _WIDTH) -> str:
    """Return the text of a phase; `done` was done in the last `done_s` seconds.

    A label that leaves no room for the numbers loses its middle.
    """
    parts = [_amount(phase)]
    rate = done / done_s if done_s >= _LEAST_S else 0
    if rate:
        parts.append(f"{_number(rate, phase)}/s")
    if rate and phase.total is not None:
        parts.append(f"{_duration((phase.total - phase.done) / rate)} left")
    if calls:
        parts.append(plural(calls, "1 call", f"{calls:,} calls"))
    numbers = "".join(f", {part}" for part in parts if part)
    label = _shortened(printable(phase.label), max(width - len(numbers), _LEAST_LABEL))
    return _start(f"{label}{numbers}", width)


def _shortened(label: str, width: int) -> str:
    """Return a label that takes this many columns at most: its begin and its end."""
    if cell_length(label) <= width:
        return label
    half = (width - len(_GAP)) // 2
    return f"{_start(label, half)}{_GAP}{_start(label[::-1], half)[::-1]}"


def _start(text: str, width: int) -> str:
    """Return what fits into this many columns."""
    while (excess := cell_length(text) - width) > 0:
        # A character takes two columns at most.
        text = text[: -((excess + 1) // 2)]
    return text


def _amount(phase: Phase) -> str:
    if phase.total:
        share = min(phase.done / phase.total, 1)
        return f"{_number(phase.done, phase)} of {_number(phase.total, phase)} ({share:.0%})"
    return _number(phase.done, phase) if phase.done else ""


def _number(count: float, phase: Phase) -> str:
    return f"{count / 1_000_000:.1f} MB" if phase.unit == "bytes" else f"{count:,.0f}"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(max(round(seconds), 0), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


class _Display:
    """The thread that writes the line."""

    def __init__(self, progress: Progress, now: Callable[[], float]) -> None:
        self._progress = progress
        self._now = now
        self._lock = threading.Lock()
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._is_visible = False
        self._begins: dict[Phase, tuple[float, int]] = {}
        """The time at which each phase was first shown, and what was done by then."""

    def start(self) -> None:
        """Begin to show progress, after a while."""
        self._progress.calls = 0
        self._thread.start()

    def stop(self) -> None:
        """Delete the line and end."""
        self._ends.set()
        self._thread.join()
        self.clear()

    def clear(self) -> None:
        """Delete the line, before something else is written."""
        with self._lock:
            if self._is_visible:
                self._write(_CLEAR)
                self._is_visible = False

    def _run(self) -> None:
        delay_s = _DELAY_S
        while not self._ends.wait(delay_s):
            delay_s = _INTERVAL_S
            if phase := self._progress.phase:
                self._show(phase)

    def _show(self, phase: Phase) -> None:
        now, phases = self._now(), [*self._progress.phases, phase]
        self._begins = {each: at for each, at in self._begins.items() if each in phases}
        began, at_begin = self._begins.setdefault(phase, (now, phase.done))
        done, calls = phase.done - at_begin, self._progress.calls
        width = shutil.get_terminal_size().columns - 1
        text = line(phase, now - began, done, calls, width=width)
        with self._lock:
            self._write(f"{_CLEAR}{text}")
            self._is_visible = True

    def _write(self, text: str) -> None:
        try:
            sys.stderr.write(text)
            sys.stderr.flush()
        # The terminal is gone; the command itself goes on.
        except (OSError, ValueError):
            self._ends.set()
