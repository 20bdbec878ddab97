"""People of embedded accounts, who use the desk's commands."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import date
from itertools import count
from pathlib import Path
from typing import ClassVar

from msgspec.structs import replace

from ordosync.database import sqlite3
from ordosync.embedded.desk import Desk
from ordosync.embedded.order_filter import OrderFilter
from ordosync.embedded.shortages import Shortages, ShortUnits
from ordosync.models import Order, Outcome, ParcelLine, Piece, PieceLine, Product, Shipment, Split
from ordosync.shortages import ShortageReason
from tests.accounts.contract.examples import line, parcel, product, sold
from tests.accounts.contract.people import (
    Lack,
    MerchantPeople,
    People,
    ShownTracking,
    SupplierPeople,
    expected_tracking,
    numbers,
)
from tests.support.clock import VirtualClock

_PARTNER, _OTHER = "northwind", "southwind"


class AtDesk(People):
    """Actions at the desk in both roles."""

    name: str

    def __init__(self, folder: Path, clock: VirtualClock) -> None:
        super().__init__(folder, clock)
        self.path = folder / f"{self.name}.db"
        self.desk = Desk(name=self.name, path=self.path)

    @property
    def options(self) -> Mapping[str, object]:
        return {"kind": "sqlite", "path": self.path.name}

    def everything(self) -> object:
        with closing(sqlite3.connect(self.path)) as db:
            tables = db.execute("select name from sqlite_master where type = 'table'").fetchall()
            return {
                table: db.execute(f"select * from {table}").fetchall()  # noqa: S608
                for (table,) in tables
            }

    def status(self, order_id: str) -> str:
        return _there(self.desk, order_id).status

    def timeline(self, order_id: str) -> Sequence[str]:
        return [entry.text for entry in self.desk.timeline(order_id)]

    def cancel(self, order_id: str) -> None:
        _done(self.desk.cancel(order_id))

    def open_units(self, order_id: str) -> Mapping[str, int]:
        return {line.sku: line.open for line in self.desk.units_of(order_id) if line.open}

    def _cancel_units(self, order_id: str, units: Sequence[int]) -> None:
        _done(self.desk.cancel(order_id, self._parts(order_id, units)))

    def _parts(self, order_id: str, units: Sequence[int]) -> tuple[ParcelLine, ...]:
        """Return these units of the lines of an order, by position."""
        lines = zip(_there(self.desk, order_id).lines, units, strict=True)
        return tuple(
            ParcelLine(line_id=line.id, quantity=quantity, sku=line.sku)
            for line, quantity in lines
            if quantity
        )

    def split(self, order_id: str, *pieces: Sequence[int]) -> Sequence[str]:
        lines = _there(self.desk, order_id).lines
        outcome = self.desk.split(
            Split(
                order_id=order_id,
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
        return [piece.id for piece in _done(outcome).pieces]

    def _physical(self, sku: str) -> int | None:
        for item, levels, _ in self.desk.stock_levels():
            if item.sku == sku:
                counted = [level.physical for level in levels if level.physical is not None]
                return int(sum(counted)) if counted else None
        return None


class SqliteMerchantPeople(AtDesk, MerchantPeople):
    """The seller, at the desk."""

    name = "shop"
    lacks: ClassVar[frozenset[Lack]] = frozenset(
        {
            "relisting",  # lines have a position
            "unshipped-goods",
            "payments",
            "risks",
        }
    )

    def request(self, order: Order) -> str:
        return _done(self.desk.add_order(order, supplier=_PARTNER)).id

    def request_all(self, orders: Sequence[Order]) -> list[str]:
        return [_done(outcome).id for outcome in self.desk.add_orders(orders, supplier=_PARTNER)]

    def take(self, order: Order) -> str:
        return _done(self.desk.add_order(order)).id

    def tag(self, order_id: str, *tags: str) -> None:
        # The desk has no command for it.
        with closing(sqlite3.connect(self.path)) as db, db:
            db.execute("update orders set tags = ? where number = ?", (json.dumps(tags), order_id))
            db.execute(
                "insert into changes (kind, object_id, what) values ('order', ?, 'edited')",
                (order_id,),
            )

    def cancel_rest(self, order_id: str) -> None:
        for id_ in self.pieces(order_id) or [order_id]:
            if self.status(id_) not in ("shipped", "cancelled"):
                self.cancel(id_)

    def request_again(self, order_id: str) -> None:
        _done(self.desk.restore(order_id))
        _done(self.desk.request(order_id, _PARTNER))

    def reassign(self, order_id: str) -> None:
        _done(self.desk.request(order_id, _OTHER))

    def add_product(self, product: Product, *, other: bool = False) -> str:
        return _done(self.desk.add_product(product, supplier=_OTHER if other else _PARTNER)).id

    def archive(self, sku: str) -> None:
        # The desk has no command for it yet.
        with closing(sqlite3.connect(self.path)) as db, db:
            db.execute("update products set archived = 1 where sku = ?", (sku,))

    def count(self, sku: str, quantity: int) -> None:
        _done(self.desk.set_stock(sku, "main", quantity))

    def physical(self, sku: str) -> int | None:
        return self._physical(sku)

    def cancel_units(self, order_id: str, *units: int) -> None:
        self._cancel_units(order_id, units)

    def add_line(self, order_id: str, sku: str, quantity: int) -> None:
        self.desk.add_product(product(sku))
        # The desk has no command for it yet.
        with closing(sqlite3.connect(self.path)) as db, db:
            db.execute(
                "insert into order_lines (id, order_number, position, sku, name, quantity, details,"
                " supplier_sku) values (?, ?, 9, ?, ?, ?, '', '')",
                (f"{order_id}/9", order_id, sku, sku, quantity),
            )
        _done(self.desk.request(order_id, _PARTNER))

    def raise_units(self, order_id: str, *units: int) -> None:
        # The desk has no command for it yet.
        with closing(sqlite3.connect(self.path)) as db, db:
            db.executemany(
                "update order_lines set quantity = quantity + ? where id = ?",
                [(part.quantity, part.line_id) for part in self._parts(order_id, units)],
            )
        _done(self.desk.request(order_id, _PARTNER))

    def move(self, order_id: str, street: str) -> None:
        with closing(sqlite3.connect(self.path)) as db, db:
            db.execute(
                "update orders set ship_to = json_set(ship_to, '$.street1', ?) where number = ?",
                (street, order_id),
            )
        _done(self.desk.request(order_id, _PARTNER))

    def sent_units(self, order_id: str) -> Mapping[str, int]:
        sent = Counter[str]()
        for number in (order_id, *self.desk.pieces_of(order_id)):
            for each in self.desk.units_of(number):
                sent[each.sku] += each.sent
        return {sku: count for sku, count in sent.items() if count}

    def tracking(self, order_id: str) -> Sequence[ShownTracking]:
        return [expected_tracking(shipment) for shipment in self.desk.shipments_of(order_id)]

    def all_numbers(self, order_id: str) -> Sequence[str]:
        orders = (order_id, *self.desk.pieces_of(order_id))
        return list(dict.fromkeys(n for each in orders for n in numbers(self.tracking(each))))

    def pieces(self, order_id: str) -> Mapping[str, Sequence[tuple[str, int]]]:
        return {
            number: [(line.sku, line.quantity) for line in _there(self.desk, number).lines]
            for number in self.desk.pieces_of(order_id)
        }


class SqliteSupplierPeople(AtDesk, SupplierPeople):
    """The shipper, at the desk."""

    name = "northwind"
    lacks: ClassVar[frozenset[Lack]] = frozenset({"second-labels", "own-holds", "unsent-labels"})

    def __init__(self, folder: Path, clock: VirtualClock) -> None:
        super().__init__(folder, clock)
        self._own = count(1)

    def orders(self) -> Sequence[Order]:
        return list(self.desk.list_orders(OrderFilter(statuses=("awaiting_fulfillment",))))

    def ship(self, order_id: str, parcel: Shipment) -> None:
        [outcome] = self.desk.ship([replace(parcel, order_id=order_id)])
        _done(outcome)

    def is_held(self, order_id: str) -> bool:
        return _there(self.desk, order_id).is_held

    def ship_part(self, order_id: str, parcel: Shipment, *units: int) -> None:
        self.ship(order_id, replace(parcel, lines=self._parts(order_id, units)))

    def ship_with(self, order_id: str, *numbers: str) -> None:
        self.ship(order_id, parcel(number=numbers[0], more_numbers=numbers[1:]))

    def take_off(self, order_id: str, *units: int) -> None:
        self._cancel_units(order_id, units)

    def restore(self, order_id: str) -> None:
        _done(self.desk.restore(order_id))

    def shorten(self, order_id: str, reason: ShortageReason, *units: int) -> None:
        parts = self._parts(order_id, units)
        request = ShortUnits(number=order_id, parts=parts, reason=reason)
        _done(Shortages(self.desk.file).shorten(request))

    def backorder(self, order_id: str, expected: date, *units: int) -> None:
        request = ShortUnits(
            number=order_id,
            parts=self._parts(order_id, units),
            reason="out-of-stock",
            is_later=True,
            expected=expected,
        )
        _done(Shortages(self.desk.file).shorten(request))

    def recall(self, order_id: str, number: str) -> None:
        _done(self.desk.void(order_id, number))

    def void(self, order_id: str) -> None:
        _done(self.desk.void(order_id))

    def products(self) -> Sequence[Product]:
        return list(self.desk.list_products())

    def count(self, sku: str, quantity: int) -> None:
        self.desk.add_product(product(sku))
        _done(self.desk.set_stock(sku, "main", quantity))

    def sell(self, sku: str, quantity: int) -> None:
        _done(self.desk.add_order(sold(f"own-{next(self._own)}", line(sku, quantity))))


def _done(outcome: Outcome) -> Outcome:
    assert outcome.state == "done", outcome
    return outcome


def _there(desk: Desk, number: str) -> Order:
    order = desk.read_order(number)
    assert order is not None
    return order
