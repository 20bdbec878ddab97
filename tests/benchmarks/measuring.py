"""Ratios: both sides measured in turn in one run, and the medians of each compared.

The machine may be shared and noisy, so no figure stands alone: A B A B ..., and what disturbs one
disturbs the other. What counts is the time on the wall; the ratio of what the CPU says is printed
beside it, which is steadier where others work on the same machine.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from ordosync.store import Store

PYTHON = sys.executable
ORDOSYNC = str(Path(sys.executable).with_name("ordosync"))
"""The console script in the folder of this Python, as an installer wrote it."""


_WATCHED = """
import atexit, pathlib, re, sys
from ordosync.__main__ import main
sys.argv[0] = "ordosync"

@atexit.register
def _tell():
    status = pathlib.Path("/proc/self/status").read_text()
    print(re.search(r"VmHWM:\\s+(\\d+)", status)[1])

main()
"""


@dataclass(frozen=True, kw_only=True)
class Result:
    """One line of the table: a ratio, and the goal it is held against."""

    name: str
    ratio: float | None
    """None if it was not measured; `note` says why."""
    goal: float
    side: Literal["most", "least"]
    unit: str = " x"
    note: str = ""
    varies: bool = True
    """True if it depends on the load of the machine: missing such a goal is not a failure."""

    @property
    def is_met(self) -> bool | None:
        """True if the goal is met; None if it was not measured."""
        if self.ratio is None:
            return None
        return self.ratio <= self.goal if self.side == "most" else self.ratio >= self.goal


def at_most(
    name: str, ratio: float | None, goal: float, *, unit: str = " x", note: str = ""
) -> Result:
    """Return a line whose ratio must not exceed its goal."""
    return Result(name=name, ratio=ratio, goal=goal, side="most", unit=unit, note=note)


def at_least(
    name: str, ratio: float | None, goal: float, *, unit: str = " x", note: str = ""
) -> Result:
    """Return a line whose ratio must reach its goal."""
    return Result(name=name, ratio=ratio, goal=goal, side="least", unit=unit, note=note)


def always(name: str, count: float, goal: float, *, unit: str = "", note: str = "") -> Result:
    """Return a line about calls, imports, rows or memory, which are the same on each machine."""
    return Result(
        name=name, ratio=count, goal=goal, side="most", unit=unit, note=note, varies=False
    )


def percentile(ordered: Sequence[float], percent: float) -> float:
    """Return the value that so many percent of these, which are in order, do not exceed."""
    return ordered[int((len(ordered) - 1) * percent / 100)]


@dataclass(frozen=True, kw_only=True)
class Spent:
    """Time and output of a process or of a function."""

    wall_s: float
    cpu_s: float = 0
    out: str = ""


def spent(*words: str, cwd: Path | None = None) -> Spent:
    """Run a process to its end and return its times; raise if it fails."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        began = time.perf_counter()
        process = subprocess.Popen(words, cwd=cwd, stdout=out, stderr=err, env=_environment())
        _, status, used = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if process.returncode:
            message = err.read().decode("utf-8", "replace")[-2000:]
            raise RuntimeError(f"{' '.join(words)}: exit {process.returncode}: {message}")
        return Spent(
            wall_s=wall_s,
            cpu_s=used.ru_utime + used.ru_stime,
            out=out.read().decode(),
        )


def peak_mib(*words: str, cwd: Path) -> float:
    """Run a command of ordosync to its end, and return its peak memory.

    The command reports it itself: the system's figure includes the process that started it.
    """
    return int(spent(PYTHON, "-c", _WATCHED, *words, cwd=cwd).out.splitlines()[-1]) / 1024


def timed(work: Callable[[], object]) -> Spent:
    """Call a function in this process and return its times."""
    cpu_s, began = time.process_time(), time.perf_counter()
    work()
    return Spent(wall_s=time.perf_counter() - began, cpu_s=time.process_time() - cpu_s)


def counted(store: Store, ask: Callable[[], object]) -> int:
    """Return how many steps SQLite's virtual machine takes; each row that is read takes a few."""
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    connection: Any = store._connection
    connection.set_progress_handler(count, 1)
    ask()
    connection.set_progress_handler(None, 1)
    return steps


@dataclass(kw_only=True)
class Medians:
    """Times of each way, round by round."""

    of: dict[str, list[Spent]] = field(default_factory=dict)

    def wall_s(self, name: str) -> float:
        """Return the median time of this way."""
        return statistics.median(measured.wall_s for measured in self.of[name])

    def cpu_s(self, name: str) -> float:
        """Return the least CPU time of this way."""
        return min(measured.cpu_s for measured in self.of[name])

    def ratio(self, name: str, reference: str) -> float:
        """Return how many times as long one way took as another."""
        return self.wall_s(name) / self.wall_s(reference)

    def ratio_without(self, name: str, reference: str, *, idle: tuple[str, str]) -> float:
        """Return the ratio of both ways, each less the time of its way with nothing to do."""
        times = [
            max(self.wall_s(way) - self.wall_s(nothing), 0.001)
            for way, nothing in zip((name, reference), idle, strict=True)
        ]
        return times[0] / times[1]

    def cpu_ratio(self, name: str, reference: str) -> float:
        """Return how many times as much CPU one way took as another, the least of each."""
        return self.cpu_s(name) / self.cpu_s(reference)

    def note(self, name: str, reference: str) -> str:
        """Return the ratio of the CPU times as text."""
        if not (self.cpu_s(name) and self.cpu_s(reference)):
            return ""
        return f"least CPU {self.cpu_ratio(name, reference):.2f} x"


def in_turn(ways: Mapping[str, Callable[[], Spent]], *, rounds: int) -> Medians:
    """Measure each way in turn, `rounds` times."""
    medians = Medians(of={name: [] for name in ways})
    for _ in range(rounds):
        for name, way in ways.items():
            medians.of[name].append(way())
    return medians


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("ORDOSYNC_")}


def sizes(count: int, scale: float, *, least: int = 1) -> Sequence[int]:
    """Return three sizes up to this one, scaled, so that growth is seen; equal ones once."""
    return sorted({scaled(count // part, scale, least=least) for part in (10, 3, 1)})


def scaled(count: int, scale: float, *, least: int = 1) -> int:
    """Scale a count, but not below `least`."""
    return max(round(count * scale), least)


Benchmark = Callable[[Path, float], Sequence[Result]]
"""Measures in its own folder, at a scale. The goals are for scale 1."""
