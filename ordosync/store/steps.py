"""Steps: one row for each write to the other side, with its intent, retries and failures.

A row is committed as `sending` before the call and settled after it. A `sending` row that a later
run finds therefore means that the write may have arrived.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from ordosync.clock import Clock, to_text
from ordosync.store.step_queries import StepQueries
from ordosync.store.step_rows import (
    DISMISSED,
    HOLD,
    NO_TRACKING,
    PLANNED,
    STOCK_NOT_MOVED,
    UNSETTLED,
    State,
    StepChange,
    StepRow,
)


class Steps(StepQueries):
    """The table `steps`: its queries and its changes."""

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
        changes = list(changes)
        self._keep_past_writes(portal, task, [change.key for change in changes])
        boot_s, at = clock.boot_s(), to_text(clock.now())
        self._db.executemany(
            "insert into steps (portal, task, key, state, code, reason, content, merchant_id,"
            " supplier_id, attempts, not_before, created_at, updated_at, run_id, last_run_id,"
            " sent_boot_s, as_of, written, digests)"
            " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " on conflict (portal, task, key) do update set state = excluded.state,"
            " code = excluded.code, reason = excluded.reason, content = excluded.content,"
            " supplier_id = excluded.supplier_id,"
            " merchant_id = coalesce(excluded.merchant_id, steps.merchant_id),"
            " attempts = case when steps.content <> excluded.content"
            " or steps.state in ('done', 'skipped')"
            " and excluded.state not in ('done', 'skipped') then excluded.attempts"
            " when steps.state = 'sending' then steps.attempts"
            " else steps.attempts + excluded.attempts end,"
            " created_at = case when steps.state in ('sending', 'unknown', 'waiting') or"
            " steps.state = 'held' and excluded.state = 'held' or"
            " steps.content = excluded.content"
            " and (steps.state = 'failed' or excluded.state in ('done', 'skipped'))"
            " then steps.created_at else excluded.created_at end,"
            " not_before = excluded.not_before, updated_at = excluded.updated_at,"
            " last_run_id = excluded.last_run_id, as_of = excluded.as_of,"
            " sent_boot_s = coalesce(excluded.sent_boot_s, steps.sent_boot_s),"
            # A write whose outcome was not known keeps what it set, once it is known.
            " written = case when steps.state in ('sending', 'unknown')"
            " and excluded.state in ('done', 'failed')"
            " then coalesce(excluded.written, steps.written) else excluded.written end,"
            # If it is not known which of two contents arrived, no edit may be claimed.
            " digests = case when steps.state in ('sending', 'unknown')"
            " and steps.digests <> excluded.digests then null else excluded.digests end",
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
                    change.written_json,
                    change.digests,
                )
                for change in changes
            ),
        )

    def _keep_past_writes(self, portal: str, task: str, keys: Sequence[str]) -> None:
        """Copy what steps have written, before they are written again."""
        self._db.execute(
            "insert into past_writes (run_id, portal, task, key, written, written_at)"
            " select last_run_id, portal, task, key, written, updated_at from steps"
            " where portal = ? and task = ? and key in (select value from json_each(?))"
            " and state = 'done' and written is not null"
            " on conflict (run_id, key) do update set written = excluded.written,"
            " written_at = excluded.written_at",
            (portal, task, json.dumps(list(keys))),
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
            " updated_at = ?, sent_boot_s = ?, looked_at = ?, written = ?,"
            # Once the order is linked, its link has them.
            " digests = case when ? = 'done' then null else digests end"
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
                    change.written_json,
                    change.state,
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

    def reread(self, portal: str, task: str, contents: Mapping[str, tuple[str, str]]) -> None:
        """Set the content and the source state of these steps."""
        self._db.executemany(
            "update steps set content = ?, as_of = ? where portal = ? and task = ? and key = ?",
            [
                (*content_and_state, portal, task, key)
                for key, content_and_state in contents.items()
            ],
        )

    def forget_planned(self, portal: str, task: str) -> None:
        """Delete a plan that was not carried out; the next run plans again."""
        self._db.execute(
            f"delete from steps where portal = ? and task = ? and {UNSETTLED}"  # noqa: S608
            " and state = 'waiting' and code = ?",
            (portal, task, PLANNED),
        )

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

    def settle(self, row: StepRow, state: State, *, supplier_id: str | None, now: datetime) -> None:
        """Set the state of a step for the operator."""
        self._db.execute(
            "update steps set state = ?, supplier_id = ?, code = 'by-hand', reason = null,"
            " not_before = null, updated_at = ?, written = ? where id = ?",
            (
                state,
                supplier_id,
                to_text(now),
                row.written_json if state == "done" else None,
                row.id,
            ),
        )

    def judge_again(self) -> None:
        """Make the steps due that a rule or the SKU map holds back: these may have changed."""
        self._db.execute(
            f"update steps set not_before = null where task = 'import-orders' and {UNSETTLED}"  # noqa: S608
            " and state = 'held' and code like ?",
            (f"{HOLD}%",),
        )
        self._db.execute(
            "update steps set state = 'waiting', not_before = null"  # noqa: S608
            f" where {UNSETTLED} and state = 'failed' and code in ('sku-nearly', 'unknown-sku')"
        )
        self._db.execute(
            "update steps set state = 'waiting', not_before = null"
            " where portal in (select substr(key, 8) from meta where key like 'portal:%')"
            " and task = 'import-products' and state = 'skipped' and code = 'unknown-sku'"
        )

    def release(self, row: StepRow, *, now: datetime) -> bool:
        """Release an order from the rules that hold it, due now. False if it has changed since."""
        cursor = self._db.execute(
            "update steps set released_at = :now, not_before = :now"
            " where id = :id and state = 'held' and content = :content",
            {"now": to_text(now), "id": row.id, "content": row.content},
        )
        return cursor.rowcount > 0

    def touch(self, step_ids: Sequence[int], *, now: datetime) -> None:
        """Note that these steps were checked and have not changed."""
        self._db.execute(
            "update steps set updated_at = ?"
            " where id in (select cast(value as integer) from json_each(?))",
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

    def undo_dismissal(self, row: StepRow, *, code: str, now: datetime) -> bool:
        """Give a dismissed step back the code that it had. False if it has changed since."""
        state = {NO_TRACKING: "skipped", STOCK_NOT_MOVED: "done"}.get(code, "failed")
        state = "held" if code.startswith(HOLD) else state
        cursor = self._db.execute(
            "update steps set state = ?, code = ?, updated_at = ?"
            " where id = ? and state = 'skipped' and code = ? and content = ?",
            (state, code or None, to_text(now), row.id, DISMISSED, row.content),
        )
        return cursor.rowcount > 0
