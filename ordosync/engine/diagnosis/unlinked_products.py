"""Products whose quantity is never written, because import-products has not linked them."""

from dataclasses import dataclass
from datetime import datetime

from ordosync.config.settings import PortalConfig
from ordosync.store import Store
from ordosync.tasks.stock.steps import NOT_LINKED
from ordosync.text import plural

_IMPORT, _WRITE = "import-products", "write-inventory-back"


@dataclass(frozen=True, kw_only=True)
class Unlinked:
    """Products that the last run of write-inventory-back skipped."""

    count: int
    since: datetime
    has_run: bool
    """True if import-products has ever run; then these products are newer."""
    command: str
    """The command that links them, or says why that is not possible."""

    @property
    def subject(self) -> str:
        """The products, counted."""
        return plural(self.count, "1 product", f"{self.count} products")

    @property
    def reason(self) -> str:
        """The reason, as text."""
        has = plural(self.count, "has", "have")
        when = "since it last ran" if self.has_run else "which has never run"
        return f"{self.subject} {has} no quantity written: not linked by {_IMPORT}, {when}"


def unlinked_products(portal: PortalConfig, store: Store) -> Unlinked | None:
    """Return the Supplier's products that wait for import-products; None if there are none.

    A Supplier has products that this Merchant does not sell. So products that a run of
    import-products has seen do not count, and none count while it is scheduled.
    """
    if not portal.manage_inventory:
        return None
    schedule = store.schedule.get(portal.name, _IMPORT)
    last_ok_at = schedule.last_ok_at if schedule else None
    if last_ok_at and schedule and schedule.interval_s:
        return None
    count, since = store.steps.skipped(portal.name, _WRITE, NOT_LINKED, after=last_ok_at)
    if since is None:
        return None
    is_able = _IMPORT not in portal.unavailable
    command = f"ordosync {_IMPORT} {portal.name}" if is_able else "ordosync config check"
    return Unlinked(count=count, since=since, has_run=last_ok_at is not None, command=command)
