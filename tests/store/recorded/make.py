"""Makes `799b213.json`: a store and accounts as the code of that commit leaves them.

Run once with that code, and never again: later code would make what it expects itself.

    git worktree add OLD 799b213
    cp -r tests/store/recorded OLD/tests/stores
    cd OLD; python -m tests.store.recorded.make 799b213.json

It imports names by their current places; that code has some of them in other modules.

Four portals join two Merchants (a local account and order files) with two Suppliers (the
same). The number of each order says what happened to it. Answers that are lost, and a Supplier
that cannot be reached, are put in front of the real account; the process that dies is a child
that kills itself between two writes.
"""

import json
import os
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from ordosync import failpoints
from ordosync.accounts import files, sqlite
from ordosync.accounts.files.supplier_orders import SupplierOrders as SupplierOrdersOfFiles
from ordosync.accounts.portal_account import Limits
from ordosync.accounts.sqlite.supplier_orders import SupplierOrders
from ordosync.embedded.desk import Desk
from ordosync.models import (
    Address,
    Line,
    Order,
    Outcome,
    Piece,
    PieceLine,
    Product,
    Shipment,
    Split,
)
from tests.store.recorded.packing import packed_files
from tests.support.clock import VirtualClock
from tests.support.runs import run_once

CONFIG = """\
accounts:
  shop: {kind: sqlite, path: shop.db}
  northwind: {kind: sqlite, path: northwind.db}
  feed:
    kind: files
    orders:
      glob: feeds
      columns: {order_number: Order, sku: SKU, name: Item, quantity: Qty, unit_price: Price,
                ship_to.name: To, ship_to.street1: Street, ship_to.city: Town,
                ship_to.zip: Postcode, ship_to.country: Country, placed_at: Date}
      date_format: "%Y-%m-%d"
      timezone: Europe/London
      currency: GBP
      skip: [{column: Status, matches: "^on hold$", reason: not paid yet}]
      ignore_skus: [POST]
    products: {glob: products, columns: {sku: SKU, name: Item, price: Price}}
    cancellations: {glob: cancelled, columns: {order_number: Order}}
    inventory: {path: out/stock.csv, columns: {sku: SKU, quantity: Qty}}
    tracking:
      path: out/tracking.csv
      columns: {order_number: Order, tracking_number: Number, carrier: By, voided: Void}
  depot:
    kind: files
    order_files:
      folder: orders
      columns: {order_number: No, line_id: Line, sku: SKU, name: Item, quantity: Qty,
                ship_to.name: To, ship_to.street1: Street, ship_to.city: Town,
                ship_to.zip: Postcode, ship_to.country: Country}
    stock: {glob: counted, columns: {sku: sku, quantity: qty}}
    shipments:
      glob: sent
      columns: {order_number: no, tracking_number: number, carrier: by, shipped_at: at,
                voided: void}
      date_format: "%Y-%m-%d"
      timezone: UTC
portals:
  shop-northwind: {merchant: shop, supplier: northwind, manage_inventory: true}
  shop-depot:
    merchant: shop
    supplier: {account: depot, prefix: "S-"}
    manage_inventory: true
    products: {skus: ["DP-*"]}
  feed-northwind:
    merchant: feed
    supplier: {account: northwind, prefix: "F-"}
    manage_inventory: true
    products: {skus: ["NW-*"]}
  feed-depot:
    merchant: feed
    supplier: depot
    manage_inventory: true
    products: {skus: ["DP-*"]}
"""
PORTALS = ("shop-northwind", "shop-depot", "feed-northwind", "feed-depot")
MADE_AT = datetime(2026, 11, 27, 9, tzinfo=UTC)
HOME = Address(name="Ada Example", street1="1 High Street", city="Leeds", zip="LS1", country="GB")
HEADER = "Order,SKU,Item,Qty,Price,To,Street,Town,Postcode,Country,Date,Status\n"


class World:
    """The folder, its clock, and the people of its accounts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = VirtualClock(MADE_AT)
        self.config = folder / "config.yaml"
        self.config.write_text(CONFIG)
        for name in ("feeds", "products", "cancelled", "out", "orders", "counted", "sent"):
            (folder / name).mkdir()
        self.shop = self._desk("shop")
        self.northwind = self._desk("northwind")

    def _desk(self, name: str) -> Desk:
        return Desk(name=name, path=self.folder / f"{name}.db")

    def run(self, task: str, *portals: str) -> None:
        """Run a task once for these portals, or all."""
        for portal in portals or PORTALS:
            self.clock.at += timedelta(minutes=2)
            run_once(self.config, task, portal, self.clock)

    def request(self, number: str, supplier: str, *lines: Line) -> None:
        """Request an order at the shop from this Supplier."""
        order = Order(id="", number=number, ship_to=HOME, currency="GBP", lines=lines)
        assert self.shop.add_order(order, supplier=supplier).state == "done"

    def ship(self, number: str, tracking: str) -> None:
        """Ship an order of northwind."""
        parcel = Shipment(
            id="",
            order_id=number,
            tracking_number=tracking,
            carrier="UPS",
            shipped_at=self.clock.now(),
        )
        assert [outcome.state for outcome in self.northwind.ship([parcel])] == ["done"]

    def split(self, number: str, *pieces: int) -> None:
        """Let northwind split an order of one line."""
        order = self.northwind.read_order(number)
        assert order
        [line] = order.lines
        wanted = tuple(
            Piece(lines=(PieceLine(of_line=line.id, quantity=quantity),)) for quantity in pieces
        )
        assert self.northwind.split(Split(order_id=number, pieces=wanted)).state == "done"

    def drop(self, name: str, text: str) -> None:
        """Drop a file that is newer than the files before it."""
        path = self.folder / name
        path.write_text(text)
        os.utime(path, (self.clock.now().timestamp(),) * 2)


def line(sku: str, quantity: int = 1) -> Line:
    return Line(id="", sku=sku, name=f"A {sku}", quantity=quantity, unit_price=Decimal("9.50"))


def row(number: str, sku: str, quantity: str = "1", status: str = "paid") -> str:
    to = "Ada Example,1 High Street,Leeds,LS1,GB"
    return f"{number},{sku},A {sku},{quantity},9.50,{to},2026-11-26,{status}\n"


def products(world: World) -> None:
    """Import products and write stock."""
    for sku in ("NW-MUG", "NW-CUP"):
        world.shop.add_product(Product(id="", sku=sku, name=f"A {sku}"), supplier="northwind")
    world.shop.add_product(Product(id="", sku="DP-PEN", name="A DP-PEN"), supplier="depot")
    listed = "NW-MUG,A mug,9.50\nNW-CUP,A cup,3.00\nDP-PEN,A pen,1.20\n"
    world.drop("products/all.csv", f"SKU,Item,Price\n{listed}")
    world.run("import-products")
    for sku in ("NW-MUG", "NW-CUP"):
        world.northwind.set_stock(sku, "main", 500)
    world.drop("counted/a.csv", "sku,qty\nDP-PEN,300\n")


def shop_to_northwind(world: World) -> None:
    """Create each state of a link between two embedded accounts."""
    numbers = (
        "OPEN", "SHIPPED", "VOIDED", "RELABELLED", "CANCELLED", "AGAIN", "BOTH-CANCELLED",
        "BY-SUPPLIER", "REASSIGNED",
    )  # fmt: skip
    for number in numbers:
        world.request(number, "northwind", line("NW-MUG", 2), line("NW-CUP"))
    for number in ("SPLIT", "SPLIT-UNTOLD", "SPLIT-FIRST"):
        world.request(number, "northwind", line("NW-MUG", 3))
    world.run("import-orders", "shop-northwind")
    world.split("SPLIT", 1, 2)
    world.run("split-order", "shop-northwind")
    for number in ("SHIPPED", "VOIDED", "RELABELLED", "SPLIT-1"):
        world.ship(number, f"1Z-{number}")
    world.run("update-tracking", "shop-northwind")
    for number in ("VOIDED", "RELABELLED"):
        world.northwind.void(number)
    world.run("update-tracking", "shop-northwind")
    world.ship("RELABELLED", "1Z-RELABELLED-2")
    for number in ("BOTH-CANCELLED", "BY-SUPPLIER"):
        world.northwind.cancel(number)
    for number in ("CANCELLED", "AGAIN", "BOTH-CANCELLED"):
        assert world.shop.cancel(number).state == "done"
    world.request("LATE", "northwind", line("NW-MUG"))
    world.request("LATE-REOPENED", "northwind", line("NW-MUG"))
    world.run("import-orders", "shop-northwind")
    for number in ("LATE", "LATE-REOPENED"):
        world.ship(number, f"1Z-{number}")
        assert world.shop.cancel(number).state == "done"
    world.run("cancel-orders", "shop-northwind")
    world.run("update-tracking", "shop-northwind")
    world.northwind.void("LATE-REOPENED")
    world.run("update-tracking", "shop-northwind")
    assert world.shop.restore("AGAIN").state == "done"
    assert world.shop.request("AGAIN", "northwind").state == "done"
    assert world.shop.request("REASSIGNED", "southwind").state == "done"
    world.run("import-orders", "shop-northwind")
    world.split("SPLIT-UNTOLD", 1, 2)
    world.split("SPLIT-FIRST", 1, 2)
    world.ship("SPLIT-FIRST-1", "1Z-SPLIT-FIRST-1")
    world.run("update-tracking", "shop-northwind")


def feed(world: World) -> None:
    """Create orders of files in each lasting state."""
    rows = "".join(
        (
            row("F-OPEN", "NW-MUG", "2") + row("F-OPEN", "NW-CUP") + row("F-OPEN", "POST"),
            row("F-TWICE", "NW-MUG", "2") + row("F-TWICE", "NW-CUP") + row("F-TWICE", "NW-MUG"),
            row("F-BOTH", "NW-MUG", "2") + row("F-BOTH", "DP-PEN", "3"),
            row("F-SHIPPED", "NW-MUG") + row("F-VOIDED", "NW-MUG"),
            row("F-CANCELLED", "NW-CUP"),
            row("F-HOLD", "NW-MUG", status="on hold"),
            row("F-NOTHING", "NW-MUG", "0"),
            row("D-OPEN", "DP-PEN", "2") + row("D-SHIPPED", "DP-PEN") + row("D-VOIDED", "DP-PEN"),
        )
    )
    edited = row("F-EDITED", "NW-MUG") + row("D-EDITED", "DP-PEN")
    broken = row("F-BAD", "NW-MUG", "1E+3") + row("D-BAD", "DP-PEN", "1E+3")
    world.drop("feeds/1.csv", HEADER + rows + edited)
    world.drop("feeds/2.csv", HEADER + broken)
    world.drop("feeds/3.csv", "not,what,was,agreed\n1,2,3,4\n")
    world.run("import-orders", "feed-northwind", "feed-depot")
    edited = row("F-EDITED", "NW-MUG", "2") + row("D-EDITED", "DP-PEN", "2")
    world.drop("feeds/1.csv", HEADER + rows + edited)
    world.run("import-orders", "feed-northwind", "feed-depot")
    for number in ("F-SHIPPED", "F-VOIDED"):
        world.ship(f"F-{number}", f"1Z-{number}")
    sent = "no,number,by,at,void\nD-SHIPPED,1Z-D-SHIPPED,UPS,2026-11-26,no\n"
    voided = "D-VOIDED,1Z-D-VOIDED,UPS,2026-11-26,"
    world.drop("sent/1.csv", f"{sent}{voided}no\n")
    world.run("update-tracking", "feed-northwind", "feed-depot")
    world.northwind.void("F-F-VOIDED")
    world.drop("sent/1.csv", f"{sent}{voided}yes\n")
    world.run("update-tracking", "feed-northwind", "feed-depot")
    world.drop("cancelled/1.csv", "Order\nF-CANCELLED\n")
    world.run("cancel-orders", "feed-northwind")


def shop_to_depot(world: World) -> None:
    """Send the shop's orders to the depot as files."""
    for number in ("TO-DEPOT", "TO-DEPOT-SHIPPED"):
        world.request(number, "depot", line("DP-PEN", 2))
    world.request("NOT-THEIRS", "depot", line("NW-MUG"))
    world.run("import-orders", "shop-depot")
    sent = "no,number,by,at,void\nS-TO-DEPOT-SHIPPED,1Z-TO-DEPOT,UPS,2026-11-26,no\n"
    world.drop("sent/2.csv", sent)
    world.run("update-tracking", "shop-depot")


Answer = Callable[[Any, Order], Outcome]


def _written_and_lost(create: Answer, account: Any, order: Order) -> Outcome:
    create(account, order)
    return Outcome(state="unknown", code="unknown", reason="no answer came")


_ANSWERS: Mapping[str, Callable[[Answer, Any, Order], Outcome]] = {
    "LOST-WRITTEN": _written_and_lost,
    "LOST-UNWRITTEN": lambda *_: Outcome(state="unknown", code="unknown", reason="no answer came"),
    "WAITING": lambda *_: Outcome(state="unavailable", code="unavailable", reason="is not there"),
    "REFUSED": lambda *_: Outcome(state="refused", code="refused", reason="does not like it"),
}
"""The outcome of an order by the end of its number."""
MOMENTS = ("OK", *_ANSWERS, "KILLED")


def moments(world: World) -> None:
    """Give the last run of each portal every outcome of a write, then kill it."""
    for portal in PORTALS:
        merchant, _, supplier = portal.partition("-")
        sku = "NW-MUG" if supplier == "northwind" else "DP-PEN"
        numbers = [f"{portal}-{moment}" for moment in MOMENTS]
        if merchant == "shop":
            for number in numbers:
                world.request(number, supplier, line(sku))
        else:
            world.drop(f"feeds/{portal}.csv", HEADER + "".join(row(n, sku) for n in numbers))
    for portal in PORTALS:
        # One killed when it was written, one when it was not, of each kind of Supplier.
        written = portal in ("shop-northwind", "feed-depot")
        _killed(world, portal, "result-before-commit" if written else "intent-after-commit")


def _killed(world: World, portal: str, point: str) -> None:
    world.clock.at += timedelta(minutes=2)
    child = os.fork()
    if child == 0:
        sqlite.LIMITS = files.LIMITS = Limits(batch_size=1)
        _answer_so(SupplierOrders)
        _answer_so(SupplierOrdersOfFiles)
        failpoints._name, failpoints._left = point, len(MOMENTS)
        run_once(world.config, "import-orders", portal, world.clock)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), portal


def _answer_so(part: Any) -> None:
    """Replace a Supplier's outcomes by those of the table."""
    create_all = part.create

    def create(self: Any, orders: Sequence[Order], *, look_first: bool = False) -> list[Outcome]:
        def create_one(self: Any, order: Order) -> Outcome:
            [outcome] = create_all(self, [order], look_first=look_first)
            answered: Outcome = outcome
            return answered

        return [_answer(create_one, self, order) for order in orders]

    part.create = create


def _answer(create: Answer, account: Any, order: Order) -> Outcome:
    for ending, answer in _ANSWERS.items():
        if order.number.endswith(ending):
            return answer(create, account, order)
    return create(account, order)


def main(target: Path) -> None:
    with tempfile.TemporaryDirectory() as name:
        world = World(Path(name))
        products(world)
        shop_to_northwind(world)
        feed(world)
        shop_to_depot(world)
        world.run("write-inventory-back")
        moments(world)
        made = {"at": world.clock.now().isoformat(), "files": packed_files(world.folder)}
    text = json.dumps(made, indent=0, ensure_ascii=False)
    assert name not in text
    target.write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
