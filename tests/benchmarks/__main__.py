"""Measure, and print each goal with its ratio.

    python -m tests.benchmarks [NAME...] [--scale 0.1] [--json FILE]

Needs the packages of `pip install '.[bench]'`. The goals are about scale 1, which takes long; a
smaller one shows where things stand. Exits 1 where a goal is not met that does not vary: calls,
imports, memory, steps of SQLite. No time is asserted: a machine that others use, too, would make
that fail by chance.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from tests.benchmarks import (
    activity,
    claiming,
    concurrency,
    feeds,
    importing,
    inventory,
    schedule,
    sharing,
    startup,
)
from tests.benchmarks.measuring import Benchmark, Result
from tests.benchmarks.versions import versions

BENCHMARKS: dict[str, Benchmark] = {
    "startup": startup.measure,
    "import": importing.measure,
    "latency": importing.measure_latency,
    "changes": importing.measure_changes,
    "size": importing.measure_size,
    "feeds": feeds.measure,
    "files": feeds.measure_rate,
    "creates": concurrency.measure_creates,
    "jobs": concurrency.measure_jobs,
    "rate": concurrency.measure_rate,
    "sharing": sharing.measure,
    "activity": activity.measure,
    "schedule": schedule.measure,
    "claiming": claiming.measure,
    "postgres": claiming.measure_postgres,
    "inventory": inventory.measure,
    "unchanged": inventory.measure_unchanged,
    "rules": inventory.measure_rules,
    "map": inventory.measure_map,
}


def main() -> int:
    """Run the named benchmarks, or all."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--scale", type=float, default=1, help="of what there is to move")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results there, too")
    given = parser.parse_args()
    if unknown := set(given.names) - set(BENCHMARKS):
        parser.error(f"there is no {', '.join(sorted(unknown))}; there is {', '.join(BENCHMARKS)}")
    about = versions()
    _say(", ".join(f"{name} {value}" for name, value in about.items()), f"scale {given.scale:g}")
    measured: list[Result] = []
    for name in given.names or BENCHMARKS:
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            results = BENCHMARKS[name](Path(folder), given.scale)
        _say("", f"{name} ({time.monotonic() - began:.0f} s)")
        _say(*map(_line, results))
        measured += results
    if given.json:
        document = {"versions": about, "scale": given.scale, "results": _as_json(measured)}
        given.json.write_text(json.dumps(document, indent=2))
    return int(any(result.is_met is False and not result.varies for result in measured))


def _line(result: Result) -> str:
    if result.ratio is None:
        return f"  {'-':>9}  {_goal(result):>9}  {'':8} {result.name}: {result.note}"
    verdict = "met" if result.is_met else "NOT MET"
    note = f" ({result.note})" if result.note else ""
    shown = f"{result.ratio:.3g}{result.unit}"
    return f"  {shown:>9}  {_goal(result):>9}  {verdict:8} {result.name}{note}"


def _goal(result: Result) -> str:
    return f"{'≤' if result.side == 'most' else '≥'} {result.goal:g}"


def _as_json(results: Sequence[Result]) -> list[dict[str, object]]:
    return [{**asdict(result), "is_met": result.is_met} for result in results]


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
