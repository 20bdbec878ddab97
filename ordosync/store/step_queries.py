"""Queries of the table `steps`. They read only.

A query for unsettled steps contains `UNSETTLED`, so that SQLite uses the partial index.
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from ordosync.clock import from_text, to_text
from ordosync.slots import LONGEST_WAIT
from ordosync.store.step_rows import PATIENT, PLANNED, UNSETTLED, StepRow, Write, step_row
from ordosync.store.written import Written, decoded

if TYPE_CHECKING:
    from ordosync.sql import Connection


class StepQueries:
    """The queries of the table `steps`."""

    def __init__(self, connection: "Connection") -> None:
        self._db = connection

    def by_key(self, portal: str, task: str, keys: Sequence[str]) -> Mapping[str, StepRow]:
        """Return the existing steps among these keys, by key."""
        rows = self._db.execute(
            "select * from steps where portal = ? and task = ?"
            " and key in (select value from json_each(?))",
            (portal, task, json.dumps(list(keys))),
        )
        return {row["key"]: step_row(row) for row in rows}

    def not_done(
        self, portal: str, task: str, keys: Sequence[str], *, run_id: int
    ) -> Mapping[str, StepRow]:
        """Return those of these steps that are not done, or that this run has recorded."""
        rows = self._db.execute(
            "select * from steps where portal = ? and task = ?"
            " and key in (select value from json_each(?))"
            " and (state <> 'done' or last_run_id = ?)",
            (portal, task, json.dumps(list(keys)), run_id),
        )
        return {row["key"]: step_row(row) for row in rows}

    def due(
        self, portal: str, task: str, *, now: datetime, after: int = 0, limit: int = 500
    ) -> Sequence[StepRow]:
        """Return the steps to try or look up now, oldest first, from id `after`.

        A step that waits longer than the longest wait is due as well: a wrong clock wrote it. A
        held step may have a time that is later.
        """
        rows = self._db.execute(
            "select * from steps where portal = :portal and task = :task"  # noqa: S608
            f" and {UNSETTLED} and state <> 'failed' and id > :after"
            " and coalesce(code, '') <> :planned"
            " and (coalesce(not_before, '') <= :now or (not_before > :never and state <> 'held'))"
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
        return [step_row(row) for row in rows]

    def next_retry_at(self, portal: str, task: str, *, now: datetime) -> datetime | None:
        """Return when the first waiting or uncertain step can be retried; None if there is none.

        Steps of an incomplete plan and held steps without a time do not count. A time that is too
        far away was written by a wrong clock, unless the step is held.
        """
        row = self._db.execute(
            "select min(case when state <> 'held' and not_before > :never then :now"  # noqa: S608
            " else coalesce(not_before, updated_at) end) as at from steps"
            f" where portal = :portal and task = :task and {UNSETTLED} and state <> 'failed'"
            " and (state <> 'held' or not_before is not null) and coalesce(code, '') <> :planned",
            {
                "portal": portal,
                "task": task,
                "planned": PLANNED,
                "now": to_text(now),
                "never": to_text(now + LONGEST_WAIT),
            },
        ).fetchone()
        return from_text(row["at"]) if row["at"] else None

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
        return [step_row(row) for row in rows]

    def unsettled_ids(self, portal: str) -> frozenset[str]:
        """Return the ids, of both sides, of all steps that a later attempt may read again.

        Includes every task, since several tasks can read the same file.
        """
        # SQLite might not choose the partial index without a condition of its second column.
        rows = self._db.execute(
            f"select merchant_id, supplier_id from steps where portal = ? and {UNSETTLED}"  # noqa: S608
            " and task > ''",
            (portal,),
        )
        return frozenset(id_ for row in rows for id_ in row if id_)

    def failed(self, portal: str, task: str, *, or_held: bool = False) -> Sequence[StepRow]:
        """Return the failed steps, which need the operator, oldest first.

        With `or_held`, return those that wait for an answer, too.
        """
        rows = self._db.execute(
            f"select * from steps where portal = ? and task = ? and {UNSETTLED}"  # noqa: S608
            " and state in ('failed', ?) order by id",
            (portal, task, "held" if or_held else "failed"),
        )
        return [step_row(row) for row in rows]

    def of_merchant(self, portal: str, merchant_id: str) -> Sequence[StepRow]:
        """Return all steps of one of the Merchant's orders or products, oldest first."""
        rows = self._db.execute(
            "select * from steps where portal = ? and merchant_id = ? order by id",
            (portal, merchant_id),
        )
        return [step_row(row) for row in rows]

    def keyed_below(self, portal: str, task: str, above: str) -> Sequence[StepRow]:
        """Return the steps whose key begins with `above` and a colon, oldest first."""
        rows = self._db.execute(
            "select * from steps where portal = ? and task = ? and key >= ? and key < ?"
            " order by id",
            # The semicolon is the character after the colon.
            (portal, task, f"{above}:", f"{above};"),
        )
        return [step_row(row) for row in rows]

    def failed_as(self, portal: str, tasks: Sequence[str], codes: Sequence[str]) -> frozenset[str]:
        """Return the Merchant's ids in steps that failed with one of these codes."""
        rows = self._db.execute(
            # With a condition of the id, SQLite would read the index of all the portal's steps.
            f"select merchant_id from steps where portal = ? and {UNSETTLED}"  # noqa: S608
            " and state = 'failed' and task in (select value from json_each(?))"
            " and code in (select value from json_each(?))",
            (portal, json.dumps(list(tasks)), json.dumps(list(codes))),
        )
        return frozenset(row["merchant_id"] for row in rows if row["merchant_id"])

    def unread(self, portal: str) -> Sequence[StepRow]:
        """Return the failed imports without an order, such as unreadable files."""
        rows = self._db.execute(
            f"select * from steps where portal = ? and task = 'import-orders' and {UNSETTLED}"  # noqa: S608
            " and state = 'failed' and key not like '%#%' order by id",
            (portal,),
        )
        return [step_row(row) for row in rows]

    def without_tracking(self) -> Sequence[StepRow]:
        """Return the steps of orders that were shipped without tracking, oldest first."""
        rows = self._db.execute(
            "select * from steps where code = 'no-tracking' and state = 'skipped' order by id"
        )
        return [step_row(row) for row in rows]

    def without_moved_stock(self) -> Sequence[StepRow]:
        """Return the steps of edits that have not moved the Supplier's stock, oldest first."""
        rows = self._db.execute(
            "select * from steps where code = 'stock-not-moved' and state = 'done' order by id"
        )
        return [step_row(row) for row in rows]

    def skipped(
        self, portal: str, task: str, code: str, *, after: datetime | None
    ) -> tuple[int, datetime | None]:
        """Return how many steps are skipped with a code since after a time, and the first time."""
        row = self._db.execute(
            "select count(*) as count, min(created_at) as since from steps"
            " where portal = ? and task = ? and state = 'skipped' and code = ? and created_at > ?",
            (portal, task, code, to_text(after) if after else ""),
        ).fetchone()
        return row["count"], from_text(row["since"]) if row["since"] else None

    def are_late(self, portal: str, task: str, *, before: datetime) -> bool:
        """True if writes that were due before then are still retried or were not found."""
        row = self._db.execute(
            f"select 1 from steps where portal = ? and task = ? and {UNSETTLED}"  # noqa: S608
            " and state not in ('held', 'failed')"
            " and (case when state = 'sending' then updated_at else created_at end < ?"
            " or (state = 'unknown' and attempts > 1 and code <> 'unavailable'))"
            " and coalesce(code, '') not in (select value from json_each(?)) limit 1",
            (portal, task, to_text(before), json.dumps([PLANNED, *PATIENT])),
        ).fetchone()
        return row is not None

    def are_uncertain(self, portal: str, task: str) -> bool:
        """True if it is unknown for some writes whether they arrived."""
        row = self._db.execute(
            f"select 1 from steps where portal = ? and task = ? and {UNSETTLED}"  # noqa: S608
            " and state in ('sending', 'unknown') limit 1",
            (portal, task),
        ).fetchone()
        return row is not None

    def of_run(self, run_id: int) -> Sequence[StepRow]:
        """Return the current rows of the steps that this run planned, wrote or last tried."""
        return [*self.each_of_run(run_id)]

    def each_of_run(self, run_id: int) -> Iterator[StepRow]:
        """Yield them one by one, so that a large run needs no memory."""
        rows = self._db.execute(
            "select * from steps where last_run_id = :run"
            " union all select * from steps where run_id = :run and run_id <> last_run_id"
            " union all select steps.* from past_writes join steps using (portal, task, key)"
            " where past_writes.run_id = :run and :run not in (steps.run_id, steps.last_run_id)"
            " order by id",
            {"run": run_id},
        )
        yield from map(step_row, rows)

    def failures(self, run_id: int, *, limit: int = sys.maxsize) -> Sequence[StepRow]:
        """Return the first steps that failed in this run, as its last attempt."""
        rows = self._db.execute(
            "select * from steps where last_run_id = ? and state = 'failed' order by id limit ?",
            (run_id, limit),
        )
        return [step_row(row) for row in rows]

    def writes(self, run_id: int, *, limit: int = sys.maxsize) -> Sequence[Write]:
        """Return what this run has written, oldest step first."""
        rows = self._db.execute(
            "select id, key, merchant_id, supplier_id, written from steps"
            " where last_run_id = :run and state = 'done' and written is not null"
            " union all select id, key, merchant_id, supplier_id, past_writes.written"
            " from past_writes join steps using (portal, task, key)"
            " where past_writes.run_id = :run and last_run_id <> :run"
            " order by id limit :limit",
            {"run": run_id, "limit": limit},
        )
        return [
            Write(
                key=row["key"],
                merchant_id=row["merchant_id"],
                supplier_id=row["supplier_id"],
                written=decoded(row["written"]),
            )
            for row in rows
        ]

    def past_writes(self, run_id: int) -> Mapping[str, Written]:
        """Return what this run has written, by key, of steps that were written again later."""
        rows = self._db.execute("select key, written from past_writes where run_id = ?", (run_id,))
        return {row["key"]: decoded(row["written"]) for row in rows}

    def history(
        self, portal: str, task: str, key: str, *, limit: int
    ) -> Sequence[tuple[datetime, Written]]:
        """Return what earlier runs have written of a step, and when, newest first."""
        rows = self._db.execute(
            "select written, written_at from past_writes"
            " where portal = ? and task = ? and key = ? order by run_id desc limit ?",
            (portal, task, key, limit),
        )
        return [(from_text(row["written_at"]), decoded(row["written"])) for row in rows]

    def get(self, step_ids: Sequence[int]) -> Sequence[StepRow]:
        """Return the existing steps among these ids, in order of their ids."""
        rows = self._db.execute(
            "select * from steps"
            " where id in (select cast(value as integer) from json_each(?)) order by id",
            (json.dumps(list(step_ids)),),
        )
        return [step_row(row) for row in rows]

    def open(self) -> Sequence[StepRow]:
        """Return all steps that wait, are held or have failed, oldest first."""
        rows = self._db.execute(
            f"select * from steps where {UNSETTLED}"  # noqa: S608
            " and coalesce(code, '') <> ? order by +id",
            (PLANNED,),
        )
        return [step_row(row) for row in rows]
