"""The steps of a preview, in private temporary databases, so that memory stays flat."""

import weakref
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from ordosync.engine.execution.safety_limit import causes
from ordosync.errors import SafetyLimitError
from ordosync.models import OutcomeState
from ordosync.store.step_rows import State
from ordosync.tasks.base import Result, Step
from ordosync.temporary_database import temporary_database

if TYPE_CHECKING:
    import sqlite3


class PlannedStep(Struct, frozen=True, kw_only=True):
    """A step as the run would leave it."""

    key: str
    state: State
    code: str | None = None
    reason: str | None = None
    summary: str = ""
    """The write; empty if none is made."""
    not_before: datetime | None = None
    """When a held step is read again; None: by the next run."""

    @property
    def is_written(self) -> bool:
        """True if the run would write it successfully."""
        return self.state == "done"

    @property
    def is_stopped(self) -> bool:
        """True if only the safety limit keeps it from being written."""
        return self.code == SafetyLimitError.code


def _database(owner: object) -> "sqlite3.Connection":
    """Return a database that is closed when its owner is not used any more."""
    db = temporary_database()
    weakref.finalize(owner, db.close)
    return db


class PlannedSteps:
    """The steps of one preview, in the order in which they were added."""

    def __init__(self, steps: Iterable[PlannedStep]) -> None:
        self._db = _database(self)
        self._db.execute("create table steps (id integer primary key, state text, step blob)")
        rows = ((step.state, msgspec.json.encode(step)) for step in steps)
        self._db.executemany("insert into steps (state, step) values (?, ?)", rows)
        self._db.execute("create index steps_state on steps (state)")

    def __len__(self) -> int:
        """Return the number of steps."""
        return int(self._db.execute("select count(*) from steps").fetchone()[0])

    def __iter__(self) -> Iterator[PlannedStep]:
        """Iterate over all steps."""
        yield from map(_decoded, self._db.execute("select step from steps order by id"))

    def count(self, state: State) -> int:
        """Return the number of steps in a state."""
        statement = "select count(*) from steps where state = ?"
        return int(self._db.execute(statement, (state,)).fetchone()[0])

    def by_state(self, states: Sequence[State]) -> Iterator[PlannedStep]:
        """Iterate over the steps in these states, one state after the other."""
        for state in states:
            rows = self._db.execute("select step from steps where state = ? order by id", (state,))
            yield from map(_decoded, rows)


def _decoded(row: Sequence[bytes]) -> PlannedStep:
    return msgspec.json.decode(row[0], type=PlannedStep)


class PlannedWrite(Struct, frozen=True, kw_only=True):
    """A write of a run that was tried on copies."""

    outcome: OutcomeState
    summary: str
    is_exempt: bool


class PlannedWrites:
    """The writes of one run, by the key of their steps."""

    def __init__(self, summarize: Callable[[Step], str]) -> None:
        self._summarize = summarize
        self._db = _database(self)
        self._db.execute("create table writes (key text primary key, written blob)")
        self.destructive = 0
        self.causes: Counter[str] = Counter()

    def add(self, steps: Sequence[Step], results: Sequence[Result]) -> None:
        """Add a batch; the last write of a step counts."""
        self.destructive += sum(step.is_destructive for step in steps)
        self.causes.update(causes(steps))
        self._db.executemany(
            "insert or replace into writes values (?, ?)",
            [
                (step.key, msgspec.json.encode(self._write(step, result)))
                for step, result in zip(steps, results, strict=True)
            ],
        )

    def _write(self, step: Step, result: Result) -> PlannedWrite:
        return PlannedWrite(
            outcome=result.outcome.state,
            summary=self._summarize(step),
            is_exempt=step.is_exempt,
        )

    def of(self, key: str) -> PlannedWrite | None:
        """Return the write of a step; None if there was none."""
        row = self._db.execute("select written from writes where key = ?", (key,)).fetchone()
        return msgspec.json.decode(row[0], type=PlannedWrite) if row else None
