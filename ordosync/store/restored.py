"""Marks a store as restored: whatever changed since the backup is uncertain."""

from datetime import datetime

from ordosync.clock import to_text
from ordosync.sql import Connection
from ordosync.store.alert_table import AlertTable
from ordosync.store.step_rows import PLANNED


def mark_restored(db: Connection, *, now: datetime, fence: int) -> None:
    """Mark steps, runs and leases that may have changed since the backup, in the transaction.

    Each fence becomes higher than `fence`, the highest of the store that is replaced.
    """
    at = to_text(now)
    # The safety limit has not checked an incomplete plan, so the next run plans again.
    db.execute("delete from steps where state = 'waiting' and code = ?", (PLANNED,))
    db.execute(
        "update steps set state = 'unknown', code = 'restored', not_before = null,"
        " sent_boot_s = null, looked_at = null,"
        " reason = 'may have been sent after the backup was made', updated_at = ?"
        " where state in ('sending', 'unknown', 'waiting', 'held')",
        (at,),
    )
    db.execute(
        "update runs set status = 'interrupted', finished_at = ?, error_code = 'crashed',"
        " error_message = 'was under way when the backup was made' where status = 'running'",
        (at,),
    )
    db.execute(
        "update leases set owner = null, until = null, until_boot_s = null, fence = fence + ?",
        (fence + 1,),
    )
    db.execute("update schedule set restored_at = ?, tries = 0", (at,))
    # Portals may have taken units since. Each of them finds out what its Merchant shows now.
    db.execute("delete from quotas")
    AlertTable(db).forget()
    db.execute(
        "update schedule set done_at = null, next_at = ?"
        " where interval_s is not null and coalesce(paused, 0) = 0",
        (at,),
    )
