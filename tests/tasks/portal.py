"""A Merchant and a Supplier in two local accounts, with manual commands between two runs."""

from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from msgspec.structs import replace

from ordosync.accounts.connections import Connections
from ordosync.config import load_config
from ordosync.database import sqlite3
from ordosync.embedded import cancellations
from ordosync.embedded.desk import Desk
from ordosync.engine import open_portal
from ordosync.engine.execution.planned_steps import PlannedStep
from ordosync.models import Address, Line, Order, Outcome, Piece, PieceLine, Shipment, Split
from ordosync.store import Store
from ordosync.store.links import Link, LinkKind
from ordosync.store.step_rows import StepRow
from ordosync.tasks import TASKS
from ordosync.tasks.base import PlanRequest, Result, Step
from tests.support.clock import VirtualClock
from tests.support.runs import Ran, previewed, run_once
from tests.support.stores import opened

CONFIG = """
accounts:
  shop: {kind: sqlite, path: shop.db}
  outlet: {kind: sqlite, path: outlet.db}
  northwind: {kind: sqlite, path: northwind.db}
portals:
  shop-northwind:
    merchant: shop
    supplier: northwind
    manage_inventory: true
  outlet-northwind:
    merchant: outlet
    supplier: northwind
    manage_inventory: true
"""
SUPPLIER = "northwind"
SENT_AT = datetime(2026, 11, 2, 15, 30, tzinfo=UTC)


class Pair:
    """A portal, and the desks of both accounts."""

    def __init__(self, folder: Path, config: str = CONFIG) -> None:
        self.folder = folder
        self.clock = VirtualClock()
        self.path = folder / "config.yaml"
        self.path.write_text(config)
        self.shop = self._desk("shop")
        self.outlet = self._desk("outlet")
        self.northwind = self._desk("northwind")

    def retry(self, task: str, row: StepRow) -> Ran:
        """Retry one step, like an operator."""
        return self.run(task, only=[row])

    def run(
        self,
        task: str,
        portal: str = "shop-northwind",
        *,
        only: Sequence[StepRow] | None = None,
        may_fail: bool = False,
    ) -> Ran:
        """Run a task once, late enough to retry all waiting steps."""
        self.clock.at += timedelta(minutes=2)
        return run_once(self.path, task, portal, self.clock, only=only, may_fail=may_fail)

    def would(self, task: str, portal: str = "shop-northwind") -> Sequence[PlannedStep]:
        """Return the writes of a dry run."""
        return previewed(self.path, task, portal, self.clock).writes

    def planned(self, task: str) -> list[Step]:
        """Return the writes of a plan, for `applied`."""
        config = load_config(self.path)
        with Store.open(config.database) as store:
            opened = open_portal(
                config, config.portals["shop-northwind"], store, Connections(self.clock)
            )
            request = PlanRequest(cursor=None, now=self.clock.now())
            pages = TASKS[task].plan(opened, request)
            return [step for page in pages for step in page.items if not step.decision]

    def applied(self, task: str, steps: Sequence[Step]) -> list[Result]:
        """Write steps as after a crash: an earlier attempt may have written them."""
        config = load_config(self.path)
        with Store.open(config.database) as store:
            opened = open_portal(
                config, config.portals["shop-northwind"], store, Connections(self.clock)
            )
            return TASKS[task].apply(opened, steps, look_first=True)

    def link(self, merchant_id: str, kind: LinkKind = "order") -> Link:
        """Return the link of an order, line or product of the Merchant."""
        with Store.open(load_config(self.path).database) as store:
            return store.links("shop-northwind").of_merchant(kind, [merchant_id])[merchant_id]

    def failed(self, task: str, portal: str = "shop-northwind") -> list[StepRow]:
        """Return the steps that need an operator."""
        with Store.open(load_config(self.path).database) as store:
            return list(store.steps.failed(portal, task))

    def of_store(self, statement: str) -> None:
        """Run a statement on the store, for a change that no command makes."""
        with closing(opened(load_config(self.path).database.path)) as db, db:
            db.execute(statement)

    def everything(self, *accounts: str) -> list[list[tuple[object, ...]]]:
        """Return the content of both or these accounts; only writes change it."""
        contents = []
        for name in accounts or ("shop", "northwind"):
            with closing(sqlite3.connect(self.folder / f"{name}.db")) as db:
                tables = db.execute("select name from sqlite_master where type = 'table'")
                for (table,) in tables.fetchall():
                    contents.append(db.execute(f"select * from {table}").fetchall())  # noqa: S608
        return contents

    def sql(self, account: str, statement: str) -> None:
        """Run a statement on an account's file, for a change that no command makes."""
        with closing(sqlite3.connect(self.folder / f"{account}.db")) as db, db:
            db.execute(statement)

    def imported(self, number: str, *lines: Line) -> Order:
        """Request an order from the Supplier and import it; return the Supplier's."""
        self.request(number, *lines)
        assert self.run("import-orders").count("done") == 1
        return self.supplied(number)

    def request(self, number: str, *lines: Line) -> Outcome:
        """Add an order at the Merchant that is requested from the Supplier."""
        return succeeded(self.shop.add_order(order(number, *lines), supplier=SUPPLIER))

    def supplied(self, number: str) -> Order:
        """Return the Supplier's order, which must exist."""
        return existing_order(self.northwind, number)

    def merchant(self, number: str) -> Order:
        """Return the Merchant's order, which must exist."""
        return existing_order(self.shop, number)

    def send(self, number: str, tracking: str = "1Z1", **fields: object) -> Outcome:
        """Let the Supplier ship an order."""
        [outcome] = self.northwind.ship([parcel(number, tracking, **fields)])
        return succeeded(outcome)

    def split(self, number: str, *pieces: tuple[int, ...]) -> tuple[str, ...]:
        """Let the Supplier split an order; return the numbers of the pieces."""
        return split(self.northwind, number, *pieces)

    def tracking(self, number: str) -> list[tuple[str, bool]]:
        """Return the tracking numbers of the Merchant's order, and True for each that is void."""
        return [
            (shipment.tracking_number, shipment.voided)
            for shipment in self.shop.shipments_of(number)
        ]

    def _desk(self, name: str) -> Desk:
        return Desk(name=name, path=self.folder / f"{name}.db")


def line(sku: str = "MUG", quantity: int = 1, **fields: object) -> Line:
    known: dict[str, object] = {"id": "", "name": f"A {sku}", "unit_price": Decimal("9.50")}
    return Line(sku=sku, quantity=quantity, **{**known, **fields})  # type: ignore[arg-type]


def order(number: str, *lines: Line, **fields: object) -> Order:
    known: dict[str, object] = {
        "ship_to": Address(name="Ada Lovelace", street1="12 Square", city="London", country="GB"),
        "currency": "GBP",
        "shipping_method": "Standard",
    }
    return Order(id="", number=number, lines=lines or (line(),), **{**known, **fields})  # type: ignore[arg-type]


def parcel(number: str, tracking: str = "1Z1", **fields: object) -> Shipment:
    known: dict[str, object] = {
        "carrier": "UPS",
        "method": "Ground",
        "cost": Decimal("7.25"),
        "currency": "USD",
        "warehouse": "main",
        "shipped_at": SENT_AT,
    }
    return Shipment(id="", order_id=number, tracking_number=tracking, **{**known, **fields})  # type: ignore[arg-type]


def split(desk: Desk, number: str, *pieces: tuple[int, ...]) -> tuple[str, ...]:
    """Split an order; return the pieces' numbers."""
    return tuple(piece.id for piece in succeeded(try_split(desk, number, *pieces)).pieces)


def try_split(desk: Desk, number: str, *pieces: tuple[int, ...]) -> Outcome:
    """Try to split an order: for each piece, how many units of each line."""
    lines = existing_order(desk, number).lines
    return desk.split(
        Split(
            order_id=number,
            pieces=tuple(
                Piece(
                    lines=tuple(
                        PieceLine(of_line=line.id, quantity=quantity)
                        for line, quantity in zip(lines, piece, strict=True)
                    )
                )
                for piece in pieces
            ),
        )
    )


def cancel_shipped(desk: Desk, number: str) -> Outcome:
    """Cancel an order that may have been shipped; its label and stock stay as they are."""
    with desk.file.writing("cancel an order") as db:
        return succeeded(cancellations.cancel(db, number, actor="desk", also_shipped=True))


def succeeded(outcome: Outcome) -> Outcome:
    """Return an outcome that must be `done`."""
    assert outcome.state == "done", outcome
    return outcome


def existing_order(desk: Desk, number: str) -> Order:
    """Return an order that must exist."""
    order = desk.read_order(number)
    assert order is not None
    return order


def remarks(desk: Desk, number: str) -> list[str]:
    """Return the texts on the timeline of an order."""
    return [entry.text for entry in desk.timeline(number)]


def quantities(order: Order) -> list[tuple[str, int]]:
    """Return SKU and quantity of each line."""
    return [(line.sku, line.quantity) for line in order.lines]


def physical(desk: Desk, sku: str, warehouse: str = "main") -> int | None:
    """Return the quantity on hand; None if never counted."""
    for product, levels, _ in desk.stock_levels():
        for level in levels:
            if (product.sku, level.warehouse) == (sku, warehouse):
                return None if level.physical is None else int(level.physical)
    return None


def available(desk: Desk, sku: str) -> int | None:
    """Return how many can be sold; None if never counted."""
    return next((left for product, _, left in desk.stock_levels() if product.sku == sku), None)


def without_ids(lines: tuple[Line, ...]) -> list[Line]:
    """Return lines without their ids, for comparison between accounts."""
    return [replace(line, id="") for line in lines]
