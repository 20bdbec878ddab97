"""A terminal shows the zone of a timeline once; a pipe has it in each line."""

from datetime import UTC, datetime

import pytest

from ordosync.cli.output import timelines
from tests.support.desk import SHIP, TwoAccounts
from tests.support.screen import seen

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "words", [("orders", "show", "S-1001", "--account", "northwind"), ("why", "1001")]
)
def test_m10_the_zone_of_a_timeline_is_in_its_heading(
    both: TwoAccounts, words: tuple[str, ...]
) -> None:
    both.northwind(*SHIP)

    lines = seen(both.folder, *words)
    piped = both.run(*words).out.splitlines()

    at = next(at for at, line in enumerate(lines) if line.startswith("timeline ("))
    zone = lines[at].removeprefix("timeline (").removesuffix(")")
    entries = [line for line in lines[at + 1 :] if line.startswith("20")]
    assert len(entries) > 1
    assert not any(f"{zone}  " in line for line in entries)
    assert not any(line.startswith("timeline") for line in piped)
    assert sum(f"{zone}  " in line for line in piped) == len(entries)


def test_m10_a_timeline_with_two_zones_has_them_in_each_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setattr(timelines, "local", lambda at: f"{at:%H:%M} {'CET' if at > NOON else 'X'}")

    timelines.show_timeline([(NOON, "one"), (NOON.replace(hour=13), "two"), (None, "three")])

    assert capsys.readouterr().out == "12:00 X  one\n13:00 CET  two\nnow  three\n"
