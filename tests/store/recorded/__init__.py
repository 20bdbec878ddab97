"""Stores and accounts as earlier code left them, for tests of upgrades.

`799b213.json` was made by `make.py`, which says how; what is in it, too. It joins embedded accounts
and files; services are in `799b213-services.json`, by `make_services.py`.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from ordosync.config import load_config
from ordosync.database import sqlite3
from ordosync.store import Store
from ordosync.store.links import Link
from ordosync.store.step_rows import StepRow
from tests.store.recorded.packing import unpack_files
from tests.support.clock import VirtualClock
from tests.support.runs import Ran, run_once

PORTALS = ("shop-northwind", "shop-depot", "feed-northwind", "feed-depot")


@dataclass(frozen=True, kw_only=True)
class OldWorld:
    """A folder with configuration, store, accounts and files, and a clock at their time."""

    folder: Path
    clock: VirtualClock

    @property
    def config(self) -> Path:
        return self.folder / "config.yaml"

    def run(self, task: str, portal: str, *, may_fail: bool = False) -> Ran:
        """Run a task once, late enough to retry all waiting steps."""
        self.clock.at += timedelta(minutes=2)
        return run_once(self.config, task, portal, self.clock, may_fail=may_fail)

    def steps(self) -> Mapping[tuple[str, str, str], StepRow]:
        """Return all steps, by portal, task and key."""
        with Store.open(load_config(self.config).database) as store:
            ids = [row["id"] for row in store._connection.execute("select id from steps")]
            return {(row.portal, row.task, row.key): row for row in store.steps.get(ids)}

    def links(self) -> Sequence[Link]:
        """Return all links of orders and shipments."""
        with Store.open(load_config(self.config).database) as store:
            rows = store._connection.execute(
                "select distinct portal, kind, merchant_id from links"
                " where kind in ('order', 'shipment')"
            ).fetchall()
            return [
                link
                for row in rows
                for link, _ in store.links(row["portal"]).history(row["kind"], row["merchant_id"])
            ]

    def supplied(self) -> list[str]:
        """Return the numbers of all orders that either Supplier received, sorted."""
        with closing(sqlite3.connect(self.folder / "northwind.db")) as db:
            order_numbers = [number for (number,) in db.execute("select number from orders")]
        for path in (self.folder / "orders").glob("*.csv"):
            _, *rows = path.read_text().splitlines()
            order_numbers += {row.partition(",")[0] for row in rows}
        return sorted(order_numbers)


def old_world(folder: Path, *, version: str = "799b213") -> OldWorld:
    """Restore the folder as the code of that commit left it.

    The times of files are new, so each is read again; the lists of copies stay valid.
    """
    made = json.loads(Path(__file__).with_name(f"{version}.json").read_text("utf-8"))
    unpack_files(made["files"], folder)
    return OldWorld(folder=folder, clock=VirtualClock(datetime.fromisoformat(made["at"])))
