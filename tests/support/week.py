"""A normal week between two accounts of any kinds, in which nothing needs an operator.

Orders come each day and are sent a day or two later, in one parcel or, split, in two. Some are
cancelled, some go back after delivery and are refunded. The Supplier sells and ships for itself,
too. Services answer 503 and 429 now and then, and cron calls at the hours that are given.
"""

import csv
import os
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import count, product
from pathlib import Path
from typing import ClassVar

from ordosync.accounts.shopify.ids import fulfillment_order, gid
from ordosync.config import Config, load_config
from ordosync.config.needs import cannot_zero_discontinued
from ordosync.engine.portals import merchant_of, supplier_of
from ordosync.engine.scheduling.timetable import can_run
from ordosync.models import Line, Order, Product
from ordosync.store import Store
from ordosync.store.links import Link
from tests.accounts.contract import examples
from tests.accounts.contract.examples import line, parcel, sold
from tests.accounts.contract.opening import PORTAL, write_config
from tests.accounts.contract.over_http import OverHttp
from tests.accounts.contract.people import Lack, MerchantPeople, ShownTracking, SupplierPeople
from tests.accounts.files.people import FilesSupplierPeople
from tests.accounts.files.supplier import LABEL_COLUMNS
from tests.accounts.ordoro.people import AtOrdoro, OrdoroMerchantPeople
from tests.accounts.shopify.people import ShopifyMerchantPeople, ShopifySupplierPeople
from tests.accounts.shopify.shop import AtShopify
from tests.accounts.woocommerce.people import ShopMerchantPeople, ShopSupplierPeople
from tests.fakes.shopify.state import Order as Kept
from tests.support.clock import START, Cron, VirtualClock

DAYS = 7
SKUS = ("MUG", "CUP")
_FEED = ("Order", "SKU", "Item", "Qty", "Price", "To", "Street", "Town", "Postcode", "Country")


class FeedPeople(MerchantPeople):
    """A Merchant of files that repeatedly exports all orders of the last days.

    Each export has its rows in another order, with the current status of each order. On days
    without an export there is no file.
    """

    lacks: ClassVar[frozenset[Lack]] = frozenset({"split-order"})

    def __init__(self, folder: Path, clock: VirtualClock) -> None:
        super().__init__(folder, clock)
        for name in ("feeds", "listed", "cancelled", "out"):
            (folder / name).mkdir()
        self._orders: dict[str, Order] = {}
        self._statuses: dict[str, str] = {}
        self._dice = random.Random(7)  # noqa: S311 - orders of rows, no secret

    @property
    def options(self) -> Mapping[str, object]:
        fields = ("order_number", "sku", "name", "quantity", "unit_price", "ship_to.name")
        address = ("ship_to.street1", "ship_to.city", "ship_to.zip", "ship_to.country")
        return {
            "kind": "files",
            "orders": {
                "glob": "feeds",
                "columns": dict(zip((*fields, *address), _FEED, strict=True)),
                "currency": "GBP",
                "max_age": "5d",
                "only_orders": [{"column": "Status", "matches": "^paid$", "reason": "not paid"}],
            },
            "products": {"glob": "listed", "columns": {"sku": "SKU", "name": "Item"}},
            "cancellations": {"glob": "cancelled", "columns": {"order_number": "Order"}},
            "inventory": {"path": "out/stock.csv", "columns": {"sku": "SKU", "quantity": "Qty"}},
            "tracking": {
                "path": "out/tracking.csv",
                "columns": {
                    "order_number": "Order",
                    "tracking_number": "Number",
                    "carrier": "By",
                    "voided": "Void",
                },
            },
        }

    def everything(self) -> object:
        return {path: path.read_bytes() for path in self.folder.glob("out/*.csv")}

    def status(self, order_id: str) -> str:
        shipments = self.tracking(order_id)
        return "shipped" if shipments else "dropshipment_requested"

    def tracking(self, order_id: str) -> Sequence[ShownTracking]:
        path = self.folder / "out" / "tracking.csv"
        if not path.exists():
            return []
        with path.open(newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["Order"] == order_id]
        return [ShownTracking(number=row["Number"], voided=row["Void"] == "true") for row in rows]

    def request(self, order: Order) -> str:
        """Add an order, which is paid a little later."""
        self._orders[order.number] = order
        self._statuses[order.number] = "pending"
        return order.number

    def take(self, order: Order) -> str:
        """Add an order that this portal's Supplier must not ship: it stays pending."""
        return self.request(order)

    def cancel(self, order_id: str) -> None:
        self._statuses[order_id] = "cancelled"
        cancelled = [number for number, status in self._statuses.items() if status == "cancelled"]
        self._drop("cancelled/all.csv", ("Order",), [(number,) for number in cancelled])

    def refund(self, order_id: str) -> None:
        """Mark the order as refunded."""
        self._statuses[order_id] = "refunded"

    def add_product(self, product: Product, *, other: bool = False) -> str:  # noqa: ARG002
        path = self.folder / "listed" / f"{product.sku}.csv"
        path.write_text(f"SKU,Item\n{product.sku},{product.name}\n")
        return product.sku

    def pay(self) -> None:
        """Mark all pending orders as paid."""
        for number, status in self._statuses.items():
            if status == "pending" and not number.startswith("own"):
                self._statuses[number] = "paid"

    def export(self) -> None:
        """Replace the last export by one of all orders, in random order."""
        for number in self._orders:
            if self._statuses[number] == "paid" and self.tracking(number):
                self._statuses[number] = "shipped"
        rows = [
            (*_cells(order, line), self._statuses[order.number])
            for order in self._orders.values()
            for line in order.lines
        ]
        self._dice.shuffle(rows)
        self._drop("feeds/export.csv", (*_FEED, "Status"), rows)

    def take_away(self) -> None:
        """Delete the export."""
        (self.folder / "feeds" / "export.csv").unlink(missing_ok=True)

    def _drop(self, name: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        _write(self.folder / name, header, rows, self.clock.now())


class DropsPeople(FilesSupplierPeople):
    """A Supplier of files that repeatedly exports all parcels of the last days, also its own.

    It removes the order files in the evening, and on some days it exports nothing.
    """

    def __init__(self, folder: Path, clock: VirtualClock) -> None:
        super().__init__(folder, clock)
        self._parcels: list[tuple[str, ...]] = []
        self._taken: list[Order] = []
        self._dice = random.Random(8)  # noqa: S311 - orders of rows, no secret

    @property
    def options(self) -> Mapping[str, object]:
        options = dict(super().options)
        for reading in ("stock", "shipments"):
            options[reading] = {**options[reading], "max_age": "14d"}  # type: ignore[dict-item]
        return options

    def orders(self) -> Sequence[Order]:
        return [*self._taken, *super().orders()]

    def collect(self) -> None:
        """Remove the order files, as the Supplier does."""
        self._taken = list(self.orders())
        for path in self.folder.glob("orders/*.csv"):
            path.unlink()

    def export(self) -> None:
        """Export all parcels, in random order."""
        self._dice.shuffle(self._parcels)
        _write(
            self.folder / "sent" / "all.csv",
            list(LABEL_COLUMNS.values()),
            self._parcels,
            self.clock.now(),
        )

    def take_away(self) -> None:
        """Delete the export."""
        (self.folder / "sent" / "all.csv").unlink(missing_ok=True)

    def _drop(self, folder: str, columns: Mapping[str, str], *rows: Sequence[str]) -> None:
        if folder != "sent":
            super()._drop(folder, columns, *rows)
            return
        self._parcels = [row for row in self._parcels if row[:2] != tuple(rows[0][:2])]
        self._parcels += map(tuple, rows)
        self.export()


def _cells(order: Order, line: Line) -> tuple[str, ...]:
    to = order.ship_to
    fields = (order.number, line.sku, line.name, str(line.quantity), str(line.unit_price))
    return (*fields, to.name, to.street1, to.city, to.zip, to.country)


def _write(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]], at: datetime) -> None:
    """Replace a file atomically, with this modification time."""
    half = path.with_suffix(".part")
    with half.open("w", newline="") as file:
        csv.writer(file).writerows((header, *rows))
    os.utime(half, (at.timestamp(),) * 2)
    half.rename(path)


class Week:
    """A week of both accounts, their users, and cron."""

    def __init__(
        self,
        folder: Path,
        merchant: MerchantPeople,
        supplier: SupplierPeople,
        *,
        hours: Sequence[int],
        has_rules: bool = False,
    ) -> None:
        self.merchant, self.supplier = merchant, supplier
        self._hours = hours
        self.lacks = merchant.lacks | supplier.lacks
        self._dice = random.Random(9)  # noqa: S311 - jitter, no secret
        options = {**merchant.portal, **supplier.portal, "manage_inventory": "true"}
        path = write_config(folder, merchant, supplier, **options)
        config = load_config(path)
        scheduled = ("import-products", "import-orders", "cancel-orders", "write-inventory-back")
        tasks = {task: "hourly" for task in scheduled if can_run(config.portals[PORTAL], task)}
        (folder / "rules.csv").write_text("sku,buffer,maximum,stop\nMUG,3,300,no\nC*,1,,\n")
        accounts = selling_rules(config) if has_rules else {}
        options |= rules(config) if has_rules else {}
        write_config(folder, merchant, supplier, accounts, **options, tasks=tasks)
        self.path = path
        self.clock = merchant.clock
        self.cron = Cron(folder, self.clock)
        self.sent: dict[str, str] = {}
        """Tracking numbers of the shipped orders, by id at the Merchant."""
        self.open: list[str] = []
        """Ids at the Merchant of the orders to ship, the oldest first."""
        self._refunded: set[str] = set()
        self._parted: dict[str, str] = {}
        self._numbers, self._labels, self._own = count(1001), count(1), count(1)

    def can(self, *words: Lack) -> bool:
        """True if both accounts can hold this."""
        return not self.lacks.intersection(words)

    def pass_by(self) -> None:
        """Run all days of the week."""
        for sku in SKUS:
            self.supplier.count(sku, 500)
            self.merchant.add_product(examples.product(sku))
        self.cron.tick()
        # Held open: closing the last connection cleans it up, which would take half of the time.
        with Store.open(load_config(self.path).database, readonly=True):
            for day, hour in product(range(DAYS), self._hours):
                self._hour(day, hour)

    def _hour(self, day: int, hour: int) -> None:
        late = timedelta(seconds=self._dice.uniform(0, 20))
        self.clock.at = max(START + timedelta(days=day, hours=hour) + late, self.clock.at)
        self._trouble()
        for event in _DAY.get(hour, ()):
            event(self, day)
        # A file that was just written is not read yet.
        self.clock.at += timedelta(minutes=1)
        reports = self.cron.tick()
        self.clock.at += timedelta(minutes=10)
        if any(run.counts.waiting for report in reports for run in report.runs):
            # Cron runs every minute, so waiting steps are retried soon.
            self.cron.tick()

    def _trouble(self) -> None:
        """Let each service answer 503 once, and 429 once."""
        for people in (self.merchant, self.supplier):
            if isinstance(people, OverHttp):
                people.heal()
                after = self._dice.randrange(6)
                people.meet("unavailable", "anything", after=after)
                people.meet("throttled", "anything", after=after + 2, retry_after="2")

    def come_in(self, day: int) -> None:
        """Add three orders for the Supplier, and one for another one."""
        if isinstance(self.merchant, FeedPeople) and day >= DAYS - 2:
            # There is no export on the last two days.
            return
        for _ in range(3):
            order = sold(str(next(self._numbers)), line("MUG", 2), line("CUP", 1))
            self.open.append(self.merchant.request(order))
        if "own-orders" not in self.merchant.lacks:
            self.merchant.take(sold(f"own{next(self._own)}"))

    def export(self, day: int) -> None:
        """Export the files; on the last two days delete them."""
        for people in (self.merchant, self.supplier):
            if isinstance(people, FeedPeople | DropsPeople):
                people.export() if day < DAYS - 2 else people.take_away()

    def pay(self, day: int) -> None:
        """Let buyers pay, at Merchants where orders may arrive unpaid."""
        if isinstance(self.merchant, FeedPeople):
            self.merchant.pay()
        self.export(day)

    def sell_themselves(self, day: int) -> None:
        """Let the Supplier sell and count stock."""
        self.supplier.count("MUG", 500 - day)
        self.supplier.sell("CUP", 1)

    def change_their_mind(self, day: int) -> None:
        """Let a buyer cancel an order of today."""
        if day % 2 and self.can("cancel-orders"):
            self.merchant.cancel(self.open.pop())

    def split(self, day: int) -> None:
        """Let the Supplier split an order: one piece ships now, the other one later."""
        if day in (2, 4) and self.can("split-order", "piece-orders", "update-tracking"):
            order_id = self.open.pop(0)
            first, _ = self.supplier.split(self._there(order_id), (1, 1), (1, 0))
            self._ship(first)

    def ship_a_part(self, day: int) -> None:
        """Let the Supplier ship a part of an order, and the remaining units the next morning."""
        if day in (1, 3) and self.can("several-parcels"):
            order_id = self.open.pop(0)
            supplier_id = self._there(order_id)
            # One mug; the lines are in their original order.
            first = [int(line.sku == "MUG") for line in self.supplier.order(supplier_id).lines]
            self.supplier.ship_part(supplier_id, parcel(number=self._label()), *first)
            self._parted[order_id] = supplier_id

    def ship_the_rest(self, day: int) -> None:
        """Let the Supplier ship the remaining units of partially shipped orders."""
        del day
        for order_id, supplier_id in self._parted.items():
            self.sent[order_id] = self._label()
            # At most one unit of each line remains.
            self.supplier.ship_part(supplier_id, parcel(number=self.sent[order_id]), 1, 1)
        self._parted.clear()

    def ship(self, day: int) -> None:
        """Let the Supplier ship orders of a day or two ago, and its own."""
        while len(self.open) > 3 + day % 2:
            order_id = self.open.pop(0)
            self.sent[order_id] = self._ship(self._there(order_id))
        for order in self.supplier.orders():
            known = (*self.open, *self._parted, *self.sent)
            if order.id not in {self._there(id_) for id_ in known}:
                self._ship(order.id)

    def relabel(self, day: int) -> None:
        """Let the Supplier replace a label."""
        if day == 3 and self.sent:
            order_id, supplier_id = next((id_, self._there(id_)) for id_ in reversed(self.sent))
            self.supplier.void(supplier_id)
            self.sent[order_id] = self._ship(supplier_id)

    def come_back(self, day: int) -> None:
        """Refund delivered orders, on both sides."""
        del day
        for order_id in list(self.sent)[:-4]:
            if order_id not in self._refunded:
                self._refunded.add(order_id)
                refund(self.merchant, order_id)
                refund(self.supplier, self._there(order_id))

    def _ship(self, supplier_id: str) -> str:
        label = self._label()
        self.supplier.ship(supplier_id, parcel(number=label, shipped_at=self.clock.now()))
        return label

    def _label(self) -> str:
        return f"1Z{next(self._labels):04}"

    def _there(self, merchant_id: str) -> str:
        """Return the Supplier's id of an order."""
        return self.link(merchant_id).supplier_id

    def link(self, merchant_id: str) -> Link:
        """Return the link of an order of the Merchant."""
        with Store.open(load_config(self.path).database, readonly=True) as store:
            return store.links(PORTAL).of_merchant("order", [merchant_id])[merchant_id]


def selling_rules(config: Config) -> Mapping[str, object]:
    """Return the options of each account as a Supplier. Files have an age at their readings."""
    has_files = any(account.kind == "files" for account in config.accounts.values())
    age = {} if has_files else {"max_age": "48h", "when_stale": "zero"}
    return {"selling": {"buffer": 1, **age}}


def rules(config: Config) -> Mapping[str, object]:
    """Return options of a portal with every rule on, as far as its accounts can judge it."""
    portal = config.portals[PORTAL]
    judged = merchant_of(config, portal).hold_conditions
    hold: Mapping[str, object] = {
        "paid": "true",
        "age": "30m",
        "tags": {"hold": ["fraud-check"], "release": ["ok-to-ship"]},
        "risk": ["investigate", "cancel"],
        "over": "5000",
        "countries": ["GB", "US", "DE"],
        "po_box": ["UPS*"],
    }
    able = {name: value for name, value in hold.items() if judged.get(name) == ""}
    is_reported = not cannot_zero_discontinued(supplier_of(config, portal))
    stock = {"buffer": 2, "buffer_percent": 10, "zero_below": 3, "maximum": 400}
    discontinued = {"discontinued": "zero"} if is_reported else {}
    return {
        "stock": {**stock, "skus": "rules.csv", **discontinued},
        "hold": {**able, "longest": "2d"},
        "shortages": {"zero_stock": ["out-of-stock", "not-enough", "discontinued"]},
        "ignore_skus": ["GIFT*"],
    }


def refund(people: MerchantPeople | SupplierPeople, order_id: str) -> None:
    """Refund a delivered order, if the kind of account has refunds."""
    if isinstance(people, FeedPeople):
        people.refund(order_id)
    elif isinstance(people, ShopMerchantPeople | ShopSupplierPeople):
        people.fake.refund(int(order_id))
    elif isinstance(people, ShopifyMerchantPeople):
        part = people.part(fulfillment_order(order_id))
        _take_back(people, people.fake.order(part.order_id))
    elif isinstance(people, ShopifySupplierPeople):
        _take_back(people, people.fake.order(gid("Order", order_id.partition("/")[0])))
    elif isinstance(people, OrdoroMerchantPeople):
        # A split order is read-only. The comments only update the orders.
        for id_ in people.pieces(order_id) or [order_id]:
            people.fake.comment(id_, "came back")
    elif isinstance(people, AtOrdoro):
        people.fake.comment(order_id, "came back")


def _take_back(people: AtShopify, order: Kept) -> None:
    order.lines[0].removed += 1
    people.fake.shop.touch(order)


_DAY: Mapping[int, Sequence[Callable[[Week, int], None]]] = {
    8: (Week.come_in, Week.export),
    10: (Week.sell_themselves, Week.ship_the_rest),
    11: (Week.pay,),
    13: (Week.change_their_mind, Week.export),
    15: (Week.split, Week.ship_a_part, Week.ship),
    16: (Week.relabel,),
    17: (Week.come_back, Week.export),
}
"""Events by hour of the day."""
WORKING = (*_DAY, 20)
"""The hours with events, and the evening."""
