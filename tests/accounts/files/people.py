"""People of files accounts: they drop files, and read the files that are written for them."""

import csv
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import ClassVar
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from ordosync.accounts.files.input_options.fields import (
    ADDRESS_FIELDS,
    FACT_FIELDS,
    LINE_FIELDS,
    ORDER_FIELDS,
    PRODUCT_FIELDS,
)
from ordosync.hold_facts import HoldFacts
from ordosync.models import Address, Line, Order, ParcelLine, Product, Shipment
from ordosync.shortages import ShortageReason
from tests.accounts.contract.examples import parcel
from tests.accounts.contract.people import Lack, MerchantPeople, ShownTracking, SupplierPeople
from tests.accounts.files.supplier import (
    ANSWER_COLUMNS,
    LABEL_COLUMNS,
    ORDER_COLUMNS,
    SENT_READ,
    STOCK_COLUMNS,
    change_of,
    orders,
)
from tests.support.clock import VirtualClock

_ORDER_FIELDS = tuple(name for name in ORDER_FIELDS if name != "placed_at")
_TIME = "%Y-%m-%d %H:%M:%S"
_SUPPLIER = "supplier"
"""Column with the supplier of an order."""
_TRACKING = (
    *("order_number", "tracking_number", "carrier", "shipped_at"),
    *("method", "cost", "warehouse", "voided", "sku", "quantity"),
)
_CANCELLATIONS = ("order_number", "sku", "quantity")


class FilesMerchantPeople(MerchantPeople):
    """The seller, who works with files.

    `lacks` names what files cannot hold. Files have no timeline, and an order in a file has no
    pieces. Older files may be deleted, so files are not a full list, and an id that is in no file
    is not unknown. The account sorts the lines of an order, so the sequence of rows means nothing.

    An order file stays as it was dropped: it says neither that an order is shipped nor that another
    supplier got it. A file without a cancellation may be one of later cancellations, so what was
    read holds until it is settled. The stock file takes any SKU, also of products that a rule left
    out of the product files.
    """

    lacks: ClassVar[frozenset[Lack]] = frozenset(
        {
            "listing",
            "short-cancellations",
            "held-units",
            "split-order",
            "comments",
            "reassigning",
            "shipped-orders",
            "line-order",
            "own-splits",
            "cancelled-pieces",
            "withdrawn-cancellations",
            "known-ids",
            "assigned-products",
            "archiving",
            "risks",
        }
    )

    has_dates = False
    """True if the order files have a column with the date of an order."""

    def __init__(self, folder: Path, clock: VirtualClock) -> None:
        super().__init__(folder, clock)
        for name in ("placed", "listed", "cancelled", "out"):
            (folder / name).mkdir(exist_ok=True)
        self._dropped = 0
        self._orders: dict[str, Order] = {}
        self._cancelled: set[str] = set()
        self._refunded: dict[str, Counter[str]] = {}
        self._unshipped: set[str] = set()
        self._products: dict[str, Product] = {}

    @property
    def options(self) -> Mapping[str, object]:
        columns = {name: name for name in (*_ORDER_FIELDS, *FACT_FIELDS, *LINE_FIELDS)}
        dated: dict[str, object] = {}
        if self.has_dates:
            columns["placed_at"] = "placed_at"
            dated = {"date_format": _TIME, "timezone": "UTC"}
        ours = {"column": _SUPPLIER, "matches": "^northwind$", "reason": "another ships it"}
        return {
            "kind": "files",
            "orders": {
                "glob": "placed",
                "columns": columns,
                "currency": "GBP",
                "only_orders": [ours],
                **dated,
            },
            "products": {"glob": "listed", "columns": {name: name for name in PRODUCT_FIELDS}},
            "cancellations": {
                "glob": "cancelled",
                "columns": {name: name for name in _CANCELLATIONS},
            },
            "inventory": {"path": "out/stock.csv", "columns": {"sku": "SKU", "quantity": "Qty"}},
            "tracking": {"path": "out/tracking.csv", "columns": {name: name for name in _TRACKING}},
            "events": {"path": "out/events.csv"},
        }

    def everything(self) -> object:
        return {path: path.read_bytes() for path in self.folder.glob("out/*.csv")}

    def status(self, order_id: str) -> str:
        if order_id in self._cancelled:
            return "cancelled"
        if not self._parcels(order_id):
            return "dropshipment_requested"
        left = Counter[str]()
        for line in self._orders[order_id].lines:
            left[line.sku] += line.quantity
        left.subtract(self._refunded.get(order_id, {}))
        left.subtract(self._units(self._parcels(order_id)))
        return "partially_shipped" if +left else "shipped"

    def pieces(self, order_id: str) -> Mapping[str, Sequence[tuple[str, int]]]:  # noqa: ARG002
        return {}

    def sent_units(self, order_id: str) -> Mapping[str, int]:
        return self._units(row for row in self._parcels(order_id) if row["voided"] != "true")

    def cancel_units(self, order_id: str, *units: int) -> None:
        skus = (line.sku for line in self._orders[order_id].lines)
        refunded = self._refunded.setdefault(order_id, Counter())
        refunded.update(dict(zip(skus, units, strict=True)))
        self._drop_cancellations()
        # An order file is read again only if it changes.
        self.request(self._orders[order_id])

    def add_line(self, order_id: str, sku: str, quantity: int) -> None:
        order = self._orders[order_id]
        added = replace(order.lines[0], sku=sku, quantity=quantity)
        self.request(replace(order, lines=(*order.lines, added)))

    def raise_units(self, order_id: str, *units: int) -> None:
        order = self._orders[order_id]
        lines = [
            replace(line, quantity=line.quantity + more)
            for line, more in zip(order.lines, units, strict=True)
        ]
        self.request(replace(order, lines=tuple(lines)))

    def move(self, order_id: str, street: str) -> None:
        order = self._orders[order_id]
        self.request(replace(order, ship_to=replace(order.ship_to, street1=street)))

    def timeline(self, order_id: str) -> Sequence[str]:  # noqa: ARG002
        return []

    def tag(self, order_id: str, *tags: str) -> None:
        self.request(replace(self._orders[order_id], tags=tags))

    def set_paid(self, order_id: str, *, is_paid: bool) -> None:
        facts = HoldFacts(is_paid=is_paid)
        self.request(replace(self._orders[order_id], hold_facts=facts))

    def request(self, order: Order) -> str:
        [order_id] = self.request_all([order])
        return order_id

    def request_all(self, orders: Sequence[Order]) -> list[str]:
        self._orders |= {order.number: order for order in orders}
        self._drop_orders(orders, supplier="northwind")
        return [order.number for order in orders]

    def take(self, order: Order) -> str:
        self._drop_orders([order], supplier="")
        return order.number

    def cancel(self, order_id: str) -> None:
        self._cancelled.add(order_id)
        self._drop_cancellations()

    def request_again(self, order_id: str) -> None:
        self._cancelled.discard(order_id)
        self._drop_cancellations()
        self.request(self._orders[order_id])

    def relist(self, order_id: str) -> None:
        order = self._orders[order_id]
        self.request(replace(order, lines=order.lines[::-1]))

    def add_product(self, product: Product, *, other: bool = False) -> str:  # noqa: ARG002
        row = {
            "sku": product.sku,
            "name": product.name,
            "price": _text(product.price),
            "weight_g": _text(product.weight_g),
            "supplier_sku": product.supplier_sku,
            "kit": "yes" if product.is_kit else "no",
            "requires_shipping": "no" if product.sku in self._unshipped else "",
        }
        self._products[product.sku] = product
        self._drop("listed", PRODUCT_FIELDS, [row])
        return product.sku

    def mark_unshipped(self, sku: str) -> None:
        self._unshipped.add(sku)
        if sku in self._products:
            self.add_product(self._products[sku])

    def count(self, sku: str, quantity: int) -> None:
        rows = {row["SKU"]: row for row in self._read("stock")}
        rows[sku] = {"SKU": sku, "Qty": str(quantity)}
        _write(self.folder / "out" / "stock.csv", ("SKU", "Qty"), rows.values())

    def physical(self, sku: str) -> int | None:
        quantities = [int(row["Qty"]) for row in self._read("stock") if row["SKU"] == sku]
        return quantities[0] if quantities else None

    def tracking(self, order_id: str) -> Sequence[ShownTracking]:
        """Return the numbers; the cost of a parcel is in its first row only."""
        first = {row["tracking_number"]: row for row in reversed(self._parcels(order_id))}
        return [
            ShownTracking(
                number=row["tracking_number"],
                voided=row["voided"] == "true",
                carrier=row["carrier"],
                method=row["method"],
                cost=Decimal(row["cost"]) if row["cost"] else None,
                warehouse=row["warehouse"],
                shipped_at=datetime.fromisoformat(row["shipped_at"]),
            )
            for row in reversed(first.values())
        ]

    def _parcels(self, order_id: str) -> list[dict[str, str]]:
        return [row for row in self._read("tracking") if row["order_number"] == order_id]

    def _units(self, rows: Iterable[Mapping[str, str]]) -> Counter[str]:
        units = Counter[str]()
        for row in rows:
            if row["quantity"]:
                units[row["sku"]] += int(row["quantity"])
        return units

    def _read(self, name: str) -> list[dict[str, str]]:
        path = self.folder / "out" / f"{name}.csv"
        if not path.exists():
            return []
        with path.open(newline="") as file:
            return list(csv.DictReader(file))

    def _drop_orders(self, orders: Sequence[Order], *, supplier: str) -> None:
        def placed_at(order: Order) -> str:
            return f"{order.placed_at or self.clock.now():{_TIME}}"

        rows = [
            {
                **_order_row(order, line),
                "placed_at": placed_at(order),
                "requires_shipping": "false" if line.sku in self._unshipped else "",
                _SUPPLIER: supplier,
            }
            for order in orders
            for line in order.lines
        ]
        header = (*_ORDER_FIELDS, "placed_at", *FACT_FIELDS, *LINE_FIELDS, _SUPPLIER)
        self._drop("placed", header, rows)

    def _drop_cancellations(self) -> None:
        path = self.folder / "cancelled" / "all.csv"
        whole = [
            dict.fromkeys(_CANCELLATIONS, "") | {"order_number": number}
            for number in sorted(self._cancelled)
        ]
        units = [
            {"order_number": number, "sku": sku, "quantity": str(count)}
            for number, by_sku in self._refunded.items()
            for sku, count in by_sku.items()
            if count and number not in self._cancelled
        ]
        _write(path, _CANCELLATIONS, [*whole, *units])

    def _drop(self, folder: str, header: Sequence[str], rows: Iterable[Mapping[str, str]]) -> None:
        """Drop a file that is younger than all others."""
        self._dropped += 1
        path = self.folder / folder / f"{self._dropped}.csv"
        _write(path, header, rows)
        os.utime(path, (self.clock.now().timestamp(),) * 2)


class FilesSupplierPeople(SupplierPeople):
    """The shipper, who works with files.

    `lacks` names what files cannot hold. Written order files are never changed or read: they are
    not a list, they have no timeline and no pieces, and no file cancels an order or units of it
    by itself. Stock files contain the Supplier's counts, without orders since then; each SKU in
    them is a product. A row in a tracking file is a line of a parcel with one number.
    """

    lacks: ClassVar[frozenset[Lack]] = frozenset(
        {
            "shown-orders",
            "unsent-labels",
            "own-holds",
            "split-order",
            "cancel-orders",
            "reductions",
            "restored-orders",
            "comments",
            "commitments",
            "listing",
            "made-products",
        }
    )

    def __init__(self, folder: Path, clock: VirtualClock) -> None:
        super().__init__(folder, clock)
        for name in ("orders", "sent", "stock", "answers"):
            (folder / name).mkdir(exist_ok=True)
        self._dropped = 0
        self._shipped: dict[str, dict[str, Shipment]] = {}
        self._written: dict[str, Order] = {}
        self._taken_off: dict[str, Counter[str]] = {}
        self._stock: dict[str, int] = {}

    @property
    def options(self) -> Mapping[str, object]:
        return {
            "kind": "files",
            "order_files": {"folder": "orders", "columns": ORDER_COLUMNS},
            "shipments": {"glob": "sent", "columns": LABEL_COLUMNS, **SENT_READ},
            "stock": {"glob": "stock", "columns": STOCK_COLUMNS},
            "answers": {"glob": "answers", "columns": ANSWER_COLUMNS, "date_format": "%Y-%m-%d"},
        }

    def everything(self) -> object:
        return {path: path.read_bytes() for path in self.folder.glob("orders/*.csv")}

    def orders(self) -> Sequence[Order]:
        return [order for order in orders(self.folder) if self.status(order.id) != "shipped"]

    def status(self, order_id: str) -> str:
        valid = self._valid(order_id)
        if not valid:
            return "awaiting_fulfillment"
        is_complete = any(one.is_last for one in valid) or not self.open_units(order_id)
        return "shipped" if is_complete else "partially_shipped"

    def products(self) -> Sequence[Product]:
        """Return a product for each SKU in the order files: every SKU is one."""
        lines = {line.sku: line for order in orders(self.folder) for line in order.lines}
        return [Product(id=sku, sku=sku, name=line.name) for sku, line in lines.items()]

    def open_units(self, order_id: str) -> Mapping[str, int]:
        open_ = Counter[str]()
        for line in self._order(order_id).lines:
            open_[line.sku] += line.quantity
        if any(one.is_last for one in self._valid(order_id)):
            return {}
        for one in self._valid(order_id):
            open_.subtract({part.sku: part.quantity for part in one.lines or ()})
        open_.subtract(self._taken_off.get(order_id, {}))
        return +open_

    def ship(self, order_id: str, parcel: Shipment) -> None:
        self._send(order_id, parcel, self.open_units(order_id))

    def ship_part(self, order_id: str, parcel: Shipment, *units: int) -> None:
        skus = (line.sku for line in self._order(order_id).lines)
        self._send(order_id, parcel, dict(zip(skus, units, strict=True)))

    def ship_with(self, order_id: str, *numbers: str) -> None:
        """Ship an order: the first number has a row for each line, the others have one without."""
        for number in numbers:
            self.ship(order_id, parcel(number=number))

    def take_off(self, order_id: str, *units: int) -> None:
        self.shorten(order_id, "other", *units)

    def shorten(self, order_id: str, reason: ShortageReason, *units: int) -> None:
        """Cancel units, in all so many; a parcel with all other units is the last one."""
        skus = [line.sku for line in self._order(order_id).lines]
        taken_off = self._taken_off.setdefault(order_id, Counter())
        taken_off.update(dict(zip(skus, units, strict=True)))
        rows = [
            (order_id, sku, str(taken_off[sku]), "cancelled", reason, "")
            for sku, count in zip(skus, units, strict=True)
            if count
        ]
        self._drop("answers", ANSWER_COLUMNS, *rows)
        if (valid := self._valid(order_id)) and not self.open_units(order_id):
            self._tell(replace(valid[-1], is_last=True))

    def backorder(self, order_id: str, expected: date, *units: int) -> None:
        skus = (line.sku for line in self._order(order_id).lines)
        rows = [
            (order_id, sku, str(count), "backordered", "", expected.isoformat())
            for sku, count in zip(skus, units, strict=True)
            if count
        ]
        self._drop("answers", ANSWER_COLUMNS, *rows)

    def recall(self, order_id: str, number: str) -> None:
        self._tell(replace(self._shipped[order_id][number], voided=True, is_last=False))

    def void(self, order_id: str) -> None:
        self.recall(order_id, self._valid(order_id)[-1].tracking_number)

    def count(self, sku: str, quantity: int) -> None:
        self._stock[sku] = quantity
        self._drop("stock", STOCK_COLUMNS, (sku, str(quantity)))

    def sell(self, sku: str, quantity: int) -> None:
        self.count(sku, self._stock[sku] - quantity)

    def _order(self, order_id: str) -> Order:
        """Return an order as it was written; its file may have been deleted since."""
        self._written |= {order.id: order for order in orders(self.folder)}
        return self._written[order_id]

    def is_held(self, order_id: str) -> bool:
        return change_of(self.folder, order_id) == "HOLD"

    def _valid(self, order_id: str) -> Sequence[Shipment]:
        return [one for one in self._shipped.get(order_id, {}).values() if not one.voided]

    def _send(self, order_id: str, parcel: Shipment, units: Mapping[str, int]) -> None:
        lines = tuple(
            ParcelLine(line_id="", sku=sku, quantity=count) for sku, count in units.items() if count
        )
        is_last = order_id in self._taken_off and not Counter(self.open_units(order_id)) - Counter(
            dict(units)
        )
        self._tell(replace(parcel, order_id=order_id, lines=lines, is_last=is_last))

    def _tell(self, parcel: Shipment) -> None:
        parcels = self._shipped.setdefault(parcel.order_id, {})
        parcels.pop(parcel.tracking_number, None)
        parcels[parcel.tracking_number] = parcel
        at = parcel.shipped_at.astimezone(ZoneInfo(SENT_READ["timezone"]))
        cells = (
            parcel.order_id,
            parcel.tracking_number,
            parcel.carrier,
            at.strftime(SENT_READ["date_format"]),
            "" if parcel.cost is None else str(parcel.cost),
            "yes" if parcel.voided else "no",
            parcel.method,
            parcel.warehouse,
            "yes" if parcel.is_last else "no",
        )
        units = [(part.sku, str(part.quantity)) for part in parcel.lines or ()] or [("", "")]
        self._drop("sent", LABEL_COLUMNS, *((*cells, *unit) for unit in units))

    def _drop(self, folder: str, columns: Mapping[str, str], *rows: Sequence[str]) -> None:
        """Drop a file that is younger than all others."""
        self._dropped += 1
        path = self.folder / folder / f"{self._dropped}.csv"
        path.write_text("\n".join(",".join(row) for row in (columns.values(), *rows)))
        os.utime(path, (self.clock.now().timestamp() + self._dropped / 1000,) * 2)


def _order_row(order: Order, line: Line) -> dict[str, str]:
    """Return the row of a line; it has no line id."""
    bill_to = order.bill_to or Address()
    return {
        "order_number": order.number,
        "shipping_method": order.shipping_method,
        "customer_notes": order.customer_notes,
        "internal_notes": order.internal_notes,
        "tags": ",".join(order.tags),
        "paid": "yes" if order.hold_facts.is_paid else "no",
        "order_discount": _text(order.discount),
        **{f"ship_to.{name}": getattr(order.ship_to, name) for name in ADDRESS_FIELDS},
        **{f"bill_to.{name}": getattr(bill_to, name) for name in ADDRESS_FIELDS},
        "sku": line.sku,
        "name": line.name,
        "quantity": str(line.quantity),
        "unit_price": _text(line.unit_price),
        "details": line.details,
        "line_total": _text(line.total),
        "line_discount": _text(line.discount),
        "supplier_sku": line.supplier_sku,
        "supplier_unit_cost": _text(line.supplier_unit_cost),
    }


def _text(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:f}"


def _write(path: Path, header: Sequence[str], rows: Iterable[Mapping[str, str]]) -> None:
    """Replace the content of a file."""
    half = path.with_suffix(".part")
    with half.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, header)
        writer.writeheader()
        writer.writerows(rows)
    half.rename(path)
