"""Stock by warehouse: physical is counted; committed and available follow from the open units.

In each warehouse, available is physical minus committed
(https://support.ordoro.com/what-do-the-different-inventory-terms-mean/). An order commits its open
units in one warehouse from its creation until they are sent or cancelled. A kit commits its
components, so it changes every other kit that shares a component.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import floor
from typing import TYPE_CHECKING

from ordosync.embedded import change_feed
from ordosync.embedded.commitments import Commitments
from ordosync.models import ParcelLine, Product

if TYPE_CHECKING:
    import sqlite3

_ZERO = Decimal()
_NOTHING: Mapping[str, Decimal] = {}


@dataclass(frozen=True, kw_only=True, slots=True)
class Level:
    """The stock of a product in one warehouse."""

    sku: str
    warehouse: str
    physical: Decimal | None
    """None if it was never counted in this warehouse."""
    committed: Decimal

    @property
    def available(self) -> Decimal | None:
        """The quantity that can be sold; negative: oversold."""
        return None if self.physical is None else self.physical - self.committed


class Inventory:
    """The stock of some products, as one transaction sees it."""

    def __init__(
        self,
        db: "sqlite3.Connection",
        skus: Iterable[str],
        commitments: Commitments | None = None,
    ) -> None:
        self.commitments = commitments or Commitments(db)
        self._physical = _physical(db, self.commitments.counted(skus))

    def levels(self, sku: str) -> Iterator[Level]:
        """Yield the stock of a product that is not a kit, by warehouse."""
        physical = self._physical.get(sku, {})
        committed = self.commitments.committed.get(sku, {})
        for warehouse in sorted({*physical, *committed}):
            yield Level(
                sku=sku,
                warehouse=warehouse,
                physical=physical.get(warehouse),
                committed=committed.get(warehouse, Decimal()),
            )

    def available(self, sku: str, warehouses: frozenset[str] = frozenset()) -> int | None:
        """Return the quantity that can be sold from these warehouses; empty: from all.

        None if it was never counted. The kits of each warehouse are rounded down before they are
        added up: a kit cannot be assembled from two warehouses.
        """
        if not self.commitments.is_kit(sku):
            return self._available_product(sku, warehouses)
        parts = self.commitments.parts(sku)
        if not parts:
            return 0
        names = {name for part in parts for name in self._names(part, warehouses)}
        if not all(names.intersection(self._physical.get(part, {})) for part in parts):
            return None
        return sum(
            min(floor(self._available_in(name, part) / ratio) for part, ratio in parts.items())
            for name in sorted(names)
        )

    def _available_product(self, sku: str, warehouses: frozenset[str]) -> int | None:
        names = self._names(sku, warehouses)
        if names.isdisjoint(self._physical.get(sku, ())):
            return None
        return sum([floor(self._available_in(name, sku)) for name in names])

    def _names(self, sku: str, warehouses: frozenset[str]) -> set[str]:
        """Return those of these warehouses that have counted the product, or owe it."""
        names = {*self._physical.get(sku, ()), *self.commitments.committed.get(sku, ())}
        return names & warehouses if warehouses else names

    def _available_in(self, warehouse: str, sku: str) -> Decimal:
        physical = self._physical.get(sku, _NOTHING).get(warehouse, _ZERO)
        committed = self.commitments.committed.get(sku, _NOTHING).get(warehouse, _ZERO)
        return physical - committed


def levels_of(
    db: "sqlite3.Connection", pages: Iterable[Sequence[Product]]
) -> Iterator[tuple[Product, list[Level], int | None]]:
    """Yield each product with its stock by warehouse and its available quantity."""
    commitments = Commitments(db)
    for page in pages:
        inventory = Inventory(db, [product.sku for product in page], commitments)
        for product in page:
            levels = [] if product.is_kit else list(inventory.levels(product.sku))
            yield product, levels, inventory.available(product.sku)


def _physical(db: "sqlite3.Connection", skus: Sequence[str]) -> dict[str, dict[str, Decimal]]:
    """Return the counted quantities of these products, by SKU and warehouse."""
    quantities: dict[str, dict[str, Decimal]] = {}
    rows = db.execute(
        "select sku, warehouse, physical from stock where sku in (select value from json_each(?))",
        (json.dumps(skus),),
    )
    for sku, warehouse, physical in rows:
        quantities.setdefault(sku, {})[warehouse] = Decimal(physical)
    return quantities


def counted(db: "sqlite3.Connection", skus: Sequence[str], warehouse: str) -> dict[str, Decimal]:
    """Return the counted quantities of these products in one warehouse, by SKU."""
    rows = db.execute(
        "select sku, physical from stock where warehouse = ?"
        " and sku in (select value from json_each(?))",
        (warehouse, json.dumps(list(skus))),
    )
    return {row["sku"]: Decimal(row["physical"]) for row in rows}


def on_hand(
    db: "sqlite3.Connection", skus: Sequence[str], warehouse: str
) -> "Iterator[sqlite3.Row]":
    """Yield existing products among these, each with its count in one warehouse."""
    return db.execute(
        "select products.sku, is_kit, archived, supplier, physical"
        " from products left join stock on stock.sku = products.sku and warehouse = ?"
        " where products.sku in (select value from json_each(?)) order by products.sku",
        (warehouse, json.dumps(list(skus))),
    )


def uncounted(db: "sqlite3.Connection", skus: Sequence[str], warehouse: str) -> list[str]:
    """Return the parts of these products that are counted, but not in this warehouse."""
    parts = Commitments(db).counted(skus)
    rows = db.execute(
        "select distinct sku from stock where sku in (select value from json_each(?))",
        (json.dumps(parts),),
    )
    known = {row["sku"] for row in rows} - counted(db, parts, warehouse).keys()
    return [part for part in parts if part in known]


def warehouses(db: "sqlite3.Connection") -> list[str]:
    """Return the names of the warehouses with a count."""
    return [
        row["warehouse"] for row in db.execute("select distinct warehouse from stock order by 1")
    ]


def set_physical(db: "sqlite3.Connection", sku: str, warehouse: str, quantity: Decimal) -> None:
    """Save a count."""
    db.execute(
        "insert into stock (sku, warehouse, physical) values (?, ?, ?)"
        " on conflict (sku, warehouse) do update set physical = excluded.physical",
        (sku, warehouse, str(quantity)),
    )
    change_feed.add(db, "product", sku, "stock")


def move(
    db: "sqlite3.Connection", parts: Iterable[ParcelLine], warehouse: str, *, sign: int
) -> None:
    """Subtract sent units from the stock (-1), or add them again (+1).

    A product that was never counted stays uncounted.
    """
    commitments = Commitments(db)
    for line in parts:
        for sku, ratio in commitments.parts(line.sku).items():
            physical = counted(db, [sku], warehouse).get(sku)
            if physical is not None:
                set_physical(db, sku, warehouse, physical + sign * ratio * line.quantity)
