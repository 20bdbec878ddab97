"""Nothing that users or services rely on has changed since the golden session was recorded.

Additions are allowed: a command, an option, a field of JSON, a column. All that was recorded
must still be there and be the same, and no task may make more calls.
"""

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.golden import session
from tests.support.shared import demo_files, made_once

NEW_TASKS = ("report-shortages",)
"""The tasks that were added since."""
RECORDED = Path(__file__).with_name("recorded.json")
FILE = "session.json"


def record(folder: Path) -> dict[str, Any]:
    """Return the whole session as it is now, in a folder that has a demo."""
    return {
        "commands": session.commands(),
        "demo": session.demo(folder),
        "schemas": session.schemas(folder),
        "calls": session.calls(folder),
    }


def digest(recorded: Any) -> str:
    """Return a short digest of a session, for notes."""
    return hashlib.sha256(json.dumps(recorded, sort_keys=True).encode()).hexdigest()[:16]


def lost(recorded: Any, found: Any, path: str = "") -> Iterator[str]:
    """Yield what was recorded and is not found.

    A JSON object may get fields, a list of tasks may get tasks, and a command that wrote no JSON
    may write some; nothing else.
    """
    if recorded is None and path.endswith(".json"):
        return
    if isinstance(recorded, dict) and isinstance(found, dict):
        for key, value in recorded.items():
            yield from lost(value, found.get(key, "(missing)"), f"{path}.{key}")
    elif isinstance(recorded, list) and isinstance(found, list):
        found = without_new_tasks(recorded, found)
        if len(recorded) != len(found):
            yield f"{path}: {recorded!r} is {found!r}"
            return
        for place, (before, now) in enumerate(zip(recorded, found, strict=True)):
            yield from lost(before, now, f"{path}[{place}]")
    elif recorded != found:
        yield f"{path}: {recorded!r} is {found!r}"


def without_new_tasks(recorded: Sequence[Any], found: Sequence[Any]) -> list[Any]:
    """Return the rows that were found, without those of tasks that came later."""
    known = {row.get("task") for row in recorded if isinstance(row, dict)}
    return [
        row
        for row in found
        if not isinstance(row, dict) or row.get("task") in known or row.get("task") not in NEW_TASKS
    ]


def columns(statements: Sequence[str]) -> set[tuple[str, ...]]:
    """Return the indexes of a schema, and each column of its tables with its type.

    The condition of a partial index may be wider than it was, such as for a new state.
    """
    found: set[tuple[str, ...]] = set()
    with closing(sqlite3.connect(":memory:")) as db:
        for statement in sorted(statements, key=lambda sql: "INDEX" in sql[:20].upper()):
            if "sqlite_sequence" not in statement:
                db.execute(statement)
        for name, kind, sql in db.execute("select name, type, sql from sqlite_master").fetchall():
            if kind == "index" and sql:
                found.add((name, sql.partition(" where ")[0]))
            elif kind == "table":
                rows = db.execute(f"pragma table_info({name!r})").fetchall()
                found |= {(name, *map(str, row[1:])) for row in rows}
    return found


@pytest.fixture(scope="module", name="session")
def _session(tmp_path_factory: pytest.TempPathFactory) -> Any:
    def make(folder: Path) -> None:
        shutil.copytree(demo_files(tmp_path_factory), folder / "demo")
        (folder / FILE).write_text(json.dumps(record(folder)), "utf-8")

    return json.loads((made_once(tmp_path_factory, "golden", make) / FILE).read_text("utf-8"))


RECORDED_SESSION = json.loads(RECORDED.read_text("utf-8"))


@pytest.mark.slow
def test_every_recorded_command_takes_its_recorded_options(session: Any) -> None:
    for command, options in RECORDED_SESSION["commands"].items():
        assert {*options} <= {*session["commands"][command]}, command


def test_every_recorded_answer_of_the_demo_is_the_same(session: Any) -> None:
    assert [*lost(RECORDED_SESSION["demo"], session["demo"])] == []


@pytest.mark.parametrize("name", sorted(RECORDED_SESSION["schemas"]))
def test_every_recorded_column_and_index_is_in_the_schema(session: Any, name: str) -> None:
    assert columns(RECORDED_SESSION["schemas"][name]) <= columns(session["schemas"][name])


def test_no_task_makes_more_calls_than_were_recorded(session: Any) -> None:
    assert session["calls"].keys() == RECORDED_SESSION["calls"].keys()
    for task, calls in RECORDED_SESSION["calls"].items():
        assert sum(session["calls"][task].values()) <= sum(calls.values()), task
