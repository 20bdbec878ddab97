"""Goals that do not vary from machine to machine must hold; times are only shown.

`.ci/run` measures everything at a small scale.
"""

import sys
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from ordosync.clock import to_text
from ordosync.slots import Slots
from tests.benchmarks.__main__ import BENCHMARKS, main
from tests.benchmarks.hourly import lateness
from tests.benchmarks.measuring import Result, always, at_most, percentile
from tests.benchmarks.versions import versions


@pytest.mark.parametrize(
    ("result", "code"),
    [
        (always("calls", 2, 1), 1),
        (always("calls", 1, 1), 0),
        (at_most("time", 2, 1), 0),
        (at_most("time of a peer", None, 1, note="not measured"), 0),
    ],
)
def test_only_what_does_not_vary_fails_the_command(
    monkeypatch: pytest.MonkeyPatch, result: Result, code: int
) -> None:
    monkeypatch.setitem(BENCHMARKS, "one", lambda _, __: [result])
    monkeypatch.setattr(sys, "argv", ["benchmarks", "one"])

    assert main() == code


def test_versions_are_printed_with_every_figure() -> None:
    assert {"Python", "SQLite", "ordosync", "journal", "CPUs"} <= set(versions())


def test_lateness_counts_slots_from_their_start_and_those_without_a_run(postgres: str) -> None:
    until = datetime(2026, 6, 1, 12, tzinfo=UTC)
    slots = {name: Slots.of(name, "import-orders", 3600) for name in ("early", "late", "missed")}
    starts = {name: each.start(each.number(until)) for name, each in slots.items()}
    started = {
        "early": starts["early"] + timedelta(seconds=2),
        "late": starts["late"] + timedelta(seconds=40),
        "missed": starts["missed"] - timedelta(hours=1),
    }
    with psycopg.connect(postgres, autocommit=True) as db:
        db.execute("create table schedule (portal text, task text, last_started_at text)")
        for name, at in started.items():
            values = (name, "import-orders", to_text(at))
            db.execute("insert into schedule values (%s, %s, %s)", values)
        late = lateness(db, until - timedelta(hours=1), until)

    assert (late.seconds, late.missed) == ([2, 40], 1)
    assert late.share_in_time == pytest.approx(1 / 3)
    assert (percentile(late.seconds, 50), percentile(late.seconds, 100)) == (2, 40)
