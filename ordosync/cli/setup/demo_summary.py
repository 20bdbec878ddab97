"""Summary of the demo: what the tasks have sent from one account to the other."""

from collections import Counter
from datetime import UTC, datetime

from ordosync.cli.output import render
from ordosync.cli.output.tables import table
from ordosync.store import Store
from ordosync.store.location import StoreLocation
from ordosync.text import plural

_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_SENT = (
    ("import-orders", "shop", "northwind", "order", "orders, each exactly once"),
    ("write-inventory-back", "northwind", "shop", "quantity", "quantities of stock"),
    ("split-order", "northwind", "shop", "split", "splits"),
    ("update-tracking", "northwind", "shop", "tracking number", "tracking numbers"),
    ("cancel-orders", "shop", "northwind", "cancellation", "cancellations"),
)
"""A task, where it reads and writes, and what it sends: one of it, or several."""


def show_summary(database: StoreLocation) -> None:
    """Show how much each task has sent, from where to where."""
    done: Counter[str] = Counter()
    with Store.open(database, readonly=True) as store:
        for volume in store.reports.volumes(since=_EVER):
            done[volume.task] += volume.counts.done
    render.result("")
    render.result("In short:")
    table(
        ("from", "sent", "to"),
        [
            (source, f"{done[task]} {plural(done[task], singular, several)}", target)
            for task, source, target, singular, several in _SENT
            if done[task]
        ],
    )
