"""Steps: one row for each write to the other side, with its intent, retries and failures.

A row is committed as `sending` before the call and settled after it. A `sending` row that a later
run finds therefore means that the write may have arrived.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from ordosync.clock import Clock
from ordosync.slots import LONGEST_WAIT
from ordosync.store.timestamps import from_text, to_text

if TYPE_CHECKING:
    import sqlite3

State = Literal["sending", "unknown", "waiting", "done", "skipped", "failed"]


class StepRef(Struct, frozen=True, kw_only=True):
    """The ids of a step, by which a task plans it again."""

    key: str
    merchant_id: str | None = None
    supplier_id: str | None = None


class StepRow(StepRef, frozen=True, kw_only=True):
    """A step as recorded in the store."""

    id: int
    portal: str
    task: str
    state: State
    code: str | None
    reason: str | None
    content: str
    attempts: int
    not_before: datetime | None
    """The earliest time of its next attempt or look-up."""
    created_at: datetime
    """When the write became due."""
    updated_at: datetime
    last_run_id: int
    """The run that recorded it last."""
    sent_boot_s: float | None = None
    """When it was last sent, in seconds since the boot; None if by an older version."""
    looked_at: datetime | None = None
    """When a reliable look-up did not settle it."""
    as_of: str = ""
    """State of the source that it was decided by: a text that sorts by age, or empty."""

    @property
    def is_of_source(self) -> bool:
        """True if it belongs to a file or row of a source, not to an object of an account."""
        return self.merchant_id is None and self.supplier_id is None


class StepChange(Struct, frozen=True, kw_only=True):
    """A change of a step by a run."""

    key: str
    state: State
    content: str
    merchant_id: str | None
    supplier_id: str | None = None
    code: str | None = None
    reason: str | None = None
    not_before: datetime | None = None
    as_of: str = ""


UNSETTLED = "state in ('sending', 'unknown', 'waiting', 'failed')"
"""Condition of the partial index; SQLite uses the index only for queries that contain it."""
UNPROVEN = "unproven"
"""Code of a failed step that may have arrived, at an account whose look-ups prove nothing."""
PLANNED = "planned"
"""Code of a step that waits only for the rest of the plan of its run."""


PATIENT = ("partially-shipped", "no-link")
"""Codes of steps that wait for something that may take days, which is no problem."""
DISMISSED = "dismissed"
"""Code of a step that the operator has dismissed: it is not retried automatically."""


class Steps:
    """The table `steps`."""

    def __init__(self, connection: "sqlite3.Connection") -> None:
        self._db = connection

    def by_key(self, portal: str, task: str, keys: Sequence[str]) -> Mapping[str, StepRow]:
        """Return the existing steps among these keys, by key."""
        rows = self._db.execute(
            "select * from steps where portal = ? and task = ?"
            " and key in (select value from json_each(?))",
            (portal, task, json.dumps(list(keys))),
        )
        return {row["key"]: _step(row) for row in rows}

    def record(
        self,
        portal: str,
        task: str,
        changes: Iterable[StepChange],
        *,
        run_id: int,
        clock: Clock,
    ) -> None:
        """Insert or overwrite steps.

        A change to `sending` counts as an attempt, unless the last attempt was interrupted. The
        count restarts with new content, and when a settled step becomes due again.
        """
        boot_s, at = clock.boot_s(), to_text(clock.now())
        self._db.executemany(
            "insert into steps (portal, task, key, state, code, reason, content, merchant_id,"
            " supplier_id, attempts, not_before, created_at, updated_at, run_id, last_run_id,"
            " sent_boot_s, as_of) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " on conflict (portal, task, key) do update set state = excluded.state,"
            " code = excluded.code, reason = excluded.reason, content = excluded.content,"
            " supplier_id = excluded.supplier_id,"
            " merchant_id = coalesce(excluded.merchant_id, merchant_id),"
            " attempts = case when content <> excluded.content or state in ('done', 'skipped')"
            " and excluded.state not in ('done', 'skipped') then excluded.attempts"
            " when state = 'sending' then attempts else attempts + excluded.attempts end,"
            " created_at = case when state in ('sending', 'unknown', 'waiting') or"
            " content = excluded.content"
            " and (state = 'failed' or excluded.state in ('done', 'skipped'))"
            " then created_at else excluded.created_at end,"
            " not_before = excluded.not_before, updated_at = excluded.updated_at,"
            " last_run_id = excluded.last_run_id, as_of = excluded.as_of,"
            " sent_boot_s = coalesce(excluded.sent_boot_s, sent_boot_s)",
            (
                (
                    portal,
                    task,
                    change.key,
                    change.state,
                    change.code,
                    change.reason,
                    change.content,
                    change.merchant_id,
                    change.supplier_id,
                    int(change.state == "sending"),
                    to_text(change.not_before) if change.not_before else None,
                    at,
                    at,
                    run_id,
                    run_id,
                    boot_s if change.state == "sending" else None,
                    change.as_of,
                )
                for change in changes
            ),
        )

    def record_sent(
        self,
        portal: str,
        task: str,
        changes: Iterable[StepChange],
        *,
        clock: Clock,
        looked: bool = False,
    ) -> None:
        """Record the outcomes of steps that this run has recorded as `sending`.

        `looked`: they were looked up first. Twice as fast as `record`, since only the index of
        unsettled steps changes.
        """
        boot_s, at = clock.boot_s(), to_text(clock.now())
        self._db.executemany(
            "update steps set state = ?, code = ?, reason = ?, supplier_id = ?, not_before = ?,"
            " updated_at = ?, sent_boot_s = ?, looked_at = ?"
            " where portal = ? and task = ? and key = ?",
            (
                (
                    change.state,
                    change.code,
                    change.reason,
                    change.supplier_id,
                    to_text(change.not_before) if change.not_before else None,
                    at,
                    boot_s,
                    at if looked and change.state == "unknown" else None,
                    portal,
                    task,
                    change.key,
                )
                for change in changes
            ),
        )

    def rest(self, portal: str, task: str, *, clock: Clock) -> None:
        """Restart the settle time of `sending` steps: their process may have written until now."""
        self._db.execute(
            f"update steps set sent_boot_s = ? where portal = ? and task = ? and {UNSETTLED}"  # noqa: S608
            " and state = 'sending'",
            (clock.boot_s(), portal, task),
        )

    def reread(self, portal: str, task: str, known: Mapping[str, tuple[str, str]]) -> None:
        """Set the content and the source state of these steps."""
        self._db.executemany(
            "update steps set content = ?, as_of = ? where portal = ? and task = ? and key = ?",
            [(*content_and_state, portal, task, key) for key, content_and_state in known.items()],
        )

    def due(
        self, portal: str, task: str, *, now: datetime, after: int = 0, limit: int = 500
    ) -> Sequence[StepRow]:
        """Return the steps to try or look up now, oldest first, from id `after`.

        A step that waits longer than the longest wait is due as well: a wrong clock wrote it.
        """
        rows = self._db.execute(
            "select * from steps where portal = :portal and task = :task"  # noqa: S608
            f" and {UNSETTLED} and state <> 'failed' and id > :after"
            " and coalesce(code, '') <> :planned"
            " and (coalesce(not_before, '') <= :now or not_before > :never)"
            " order by id limit :limit",
            {
                "portal": portal,
                "task": task,
                "after": after,
                "planned": PLANNED,
                "now": to_text(now),
                "never": to_text(now + LONGEST_WAIT),
                "limit": limit,
            },
        )
        return [_step(row) for row in rows]

    def planned(
        self, portal: str, task: str, *, after: int = 0, limit: int = 500
    ) -> Sequence[StepRow]:
        """Return the steps of an unfinished plan, oldest first, from id `after`."""
        rows = self._db.execute(
            f"select * from steps where portal = ? and task = ? and {UNSETTLED}"  # noqa: S608
            " and state = 'waiting' and code = ?"
            " and id > ? order by id limit ?",
            (portal, task, PLANNED, after, limit),
        )
        return [_step(row) for row in rows]

    def forget_planned(self, portal: str, task: str) -> None:
        """Delete a plan that was not carried out; the next run plans again."""
        self._db.execute(
            f"delete from steps where portal = ? and task = ? and {UNSETTLED}"  # noqa: S608
            " and state = 'waiting' and code = ?",
            (portal, task, PLANNED),
        )

    def unsettled_ids(self, portal: str) -> frozenset[str]:
        """Return the ids, of both sides, of all steps that a later attempt may read again.

        Includes every task, since several tasks can read the same file.
        """
        rows = self._db.execute(
            f"select merchant_id, supplier_id from steps where portal = ? and {UNSETTLED}",  # noqa: S608
            (portal,),
        )
        return frozenset(id_ for row in rows for id_ in row if id_)

    def failed(self, portal: str, task: str) -> Sequence[StepRow]:
        """Return the failed steps, which need the operator, oldest first."""
        rows = self._db.execute(
            f"select * from steps where portal = ? and task = ? and {UNSETTLED}"  # noqa: S608
            " and state = 'failed' order by id",
            (portal, task),
        )
        return [_step(row) for row in rows]

    def of_merchant(self, portal: str, merchant_id: str) -> Sequence[StepRow]:
        """Return all steps of one of the Merchant's orders or products, oldest first."""
        rows = self._db.execute(
            "select * from steps where portal = ? and merchant_id = ? order by id",
            (portal, merchant_id),
        )
        return [_step(row) for row in rows]

    def keyed_below(self, portal: str, task: str, above: str) -> Sequence[StepRow]:
        """Return the steps whose key begins with `above` and a colon, oldest first."""
        rows = self._db.execute(
            "select * from steps where portal = ? and task = ? and key >= ? and key < ?"
            " order by id",
            # The semicolon is the character after the colon.
            (portal, task, f"{above}:", f"{above};"),
        )
        return [_step(row) for row in rows]

    def failed_as(self, portal: str, tasks: Sequence[str], codes: Sequence[str]) -> frozenset[str]:
        """Return the Merchant's ids in steps that failed with one of these codes."""
        rows = self._db.execute(
            f"select distinct merchant_id from steps where portal = ? and {UNSETTLED}"  # noqa: S608
            " and state = 'failed' and task in (select value from json_each(?))"
            " and code in (select value from json_each(?)) and merchant_id is not null",
            (portal, json.dumps(list(tasks)), json.dumps(list(codes))),
        )
        return frozenset(row["merchant_id"] for row in rows)

    def wait_again(
        self,
        portal: str,
        tasks: Sequence[str],
        codes: Sequence[str],
        ids: Sequence[str],
        *,
        now: datetime,
    ) -> None:
        """Make such steps of these orders of the Merchant wait again, as if they were new."""
        self._db.execute(
            "update steps set state = 'waiting', not_before = null, attempts = 0,"
            " created_at = :at, updated_at = :at where portal = :portal and state = 'failed'"
            " and task in (select value from json_each(:tasks))"
            " and code in (select value from json_each(:codes))"
            " and merchant_id in (select value from json_each(:ids))",
            {
                "at": to_text(now),
                "portal": portal,
                "tasks": json.dumps(list(tasks)),
                "codes": json.dumps(list(codes)),
                "ids": json.dumps(list(ids)),
            },
        )

    def unread(self, portal: str) -> Sequence[StepRow]:
        """Return the failed imports without an order, such as unreadable files."""
        rows = self._db.execute(
            f"select * from steps where portal = ? and task = 'import-orders' and {UNSETTLED}"  # noqa: S608
            " and state = 'failed' and key not like '%#%' order by id",
            (portal,),
        )
        return [_step(row) for row in rows]

    def without_tracking(self) -> Sequence[StepRow]:
        """Return the steps of orders that were shipped without tracking, oldest first."""
        rows = self._db.execute(
            "select * from steps where code = 'no-tracking' and state = 'skipped' order by id"
        )
        return [_step(row) for row in rows]

    def are_late(self, portal: str, task: str, *, before: datetime) -> bool:
        """True if writes that were due before then are still retried or were not found."""
        row = self._db.execute(
            f"select 1 from steps where portal = ? and task = ? and {UNSETTLED}"  # noqa: S608
            " and state <> 'failed'"
            " and (case when state = 'sending' then updated_at else created_at end < ?"
            " or (state = 'unknown' and attempts > 1 and code <> 'unavailable'))"
            " and coalesce(code, '') not in (select value from json_each(?)) limit 1",
            (portal, task, to_text(before), json.dumps([PLANNED, *PATIENT])),
        ).fetchone()
        return row is not None

    def are_uncertain(self, portal: str, task: str) -> bool:
        """True if it is not known for some writes whether they arrived."""
        row = self._db.execute(
            f"select 1 from steps where portal = ? and task = ? and {UNSETTLED}"  # noqa: S608
            " and state in ('sending', 'unknown') limit 1",
            (portal, task),
        ).fetchone()
        return row is not None

    def settle(self, row: StepRow, state: State, *, supplier_id: str | None, now: datetime) -> None:
        """Set the state of a step by hand."""
        self._db.execute(
            "update steps set state = ?, supplier_id = ?, code = 'by-hand', reason = null,"
            " not_before = null, updated_at = ? where id = ?",
            (state, supplier_id, to_text(now), row.id),
        )

    def touch(self, step_ids: Sequence[int], *, now: datetime) -> None:
        """Note that these steps were checked and have not changed."""
        self._db.execute(
            "update steps set updated_at = ? where id in (select value from json_each(?))",
            (to_text(now), json.dumps(list(step_ids))),
        )

    def dismiss(self, row: StepRow, *, now: datetime) -> bool:
        """Dismiss a step. False if it has changed since it was read."""
        cursor = self._db.execute(
            "update steps set state = 'skipped', code = ?, not_before = null, updated_at = ?"
            " where id = ? and state = ? and content = ?",
            (DISMISSED, to_text(now), row.id, row.state, row.content),
        )
        return cursor.rowcount > 0

    def of_run(self, run_id: int) -> Sequence[StepRow]:
        """Return the current rows of the steps that this run planned or last tried."""
        rows = self._db.execute(
            "select * from steps where last_run_id = :run"
            " union all select * from steps where run_id = :run and run_id <> last_run_id"
            " order by id",
            {"run": run_id},
        )
        return [_step(row) for row in rows]

    def get(self, step_ids: Sequence[int]) -> Sequence[StepRow]:
        """Return the existing steps among these ids, in order of their ids."""
        rows = self._db.execute(
            "select * from steps where id in (select value from json_each(?)) order by id",
            (json.dumps(list(step_ids)),),
        )
        return [_step(row) for row in rows]

    def open(self) -> Sequence[StepRow]:
        """Return all steps that wait or have failed, oldest first."""
        rows = self._db.execute(
            f"select * from steps where {UNSETTLED}"  # noqa: S608
            " and coalesce(code, '') <> ? order by +id",
            (PLANNED,),
        )
        return [_step(row) for row in rows]


def _step(row: "sqlite3.Row") -> StepRow:
    return StepRow(
        id=row["id"],
        portal=row["portal"],
        task=row["task"],
        key=row["key"],
        state=row["state"],
        code=row["code"],
        reason=row["reason"],
        content=row["content"],
        merchant_id=row["merchant_id"],
        supplier_id=row["supplier_id"],
        attempts=row["attempts"],
        not_before=from_text(row["not_before"]) if row["not_before"] else None,
        created_at=from_text(row["created_at"]),
        updated_at=from_text(row["updated_at"]),
        last_run_id=row["last_run_id"],
        sent_boot_s=row["sent_boot_s"],
        looked_at=from_text(row["looked_at"]) if row["looked_at"] else None,
        as_of=row["as_of"],
    )
