"""Stock by warehouse: physical is counted; committed and available follow from the open units.

In each warehouse, available is physical minus committed
(https://support.ordoro.com/what-do-the-different-inventory-terms-mean/). An order commits its open
units in one warehouse from its creation until they are sent or cancelled. A kit commits its
components, so it changes every other kit that shares a component.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from math import floor
from typing import TYPE_CHECKING

from ordosync.embedded import change_feed
from ordosync.embedded.units import IN_PIECES, SENT
from ordosync.models import ParcelLine

if TYPE_CHECKING:
    import sqlite3


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
    """The stock as one transaction sees it, read on first use."""

    def __init__(self, db: "sqlite3.Connection") -> None:
        self._db = db

    @cached_property
    def _components(self) -> dict[str, dict[str, Decimal]]:
        components: dict[str, dict[str, Decimal]] = {}
        for kit in self._db.execute("select sku from products where is_kit"):
            components[kit["sku"]] = {}
        for row in self._db.execute("select * from components"):
            components.setdefault(row["kit_sku"], {})[row["sku"]] = Decimal(row["quantity"])
        return components

    @cached_property
    def physical(self) -> dict[str, dict[str, Decimal]]:
        """The counted quantities, by SKU and warehouse."""
        quantities: dict[str, dict[str, Decimal]] = {}
        for row in self._db.execute("select * from stock"):
            quantities.setdefault(row["sku"], {})[row["warehouse"]] = Decimal(row["physical"])
        return quantities

    @cached_property
    def committed(self) -> dict[str, dict[str, Decimal]]:
        """The open units of orders, by SKU and warehouse; kits as their components."""
        quantities: dict[str, dict[str, Decimal]] = {}
        rows = self._db.execute(
            "select sku, warehouse, sum(quantity - cancelled"  # noqa: S608
            f" - case status when 'partially_shipped' then {SENT} else 0 end"
            f" - case when is_split then {IN_PIECES} else 0 end) as units"
            " from orders join order_lines on order_number = number"
            " where status in"
            " ('awaiting_fulfillment', 'dropshipment_requested', 'partially_shipped')"
            " group by sku, warehouse having units > 0"
        )
        for row in rows:
            for sku, ratio in self.parts(row["sku"]).items():
                by_warehouse = quantities.setdefault(sku, {})
                by_warehouse[row["warehouse"]] = (
                    by_warehouse.get(row["warehouse"], Decimal()) + ratio * row["units"]
                )
        return quantities

    def load(self) -> "Inventory":
        """Read everything now, so that the file can be closed."""
        _ = self.physical, self.committed
        return self

    def is_kit(self, sku: str) -> bool:
        """True if a product is a kit."""
        return sku in self._components

    def parts(self, sku: str) -> dict[str, Decimal]:
        """Return the products and quantities of one unit: itself, or the components of a kit."""
        if sku not in self._components:
            return {sku: Decimal(1)}
        parts: dict[str, Decimal] = {}
        for component, ratio in self._components[sku].items():
            for part, inner in self.parts(component).items():
                parts[part] = parts.get(part, Decimal()) + ratio * inner
        return parts

    def levels(self, sku: str) -> Iterator[Level]:
        """Yield the stock of a product that is not a kit, by warehouse."""
        physical = self.physical.get(sku, {})
        committed = self.committed.get(sku, {})
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
        parts = self.parts(sku)
        if not parts:
            return 0
        names = {
            name
            for part in parts
            for name in (*self.physical.get(part, {}), *self.committed.get(part, {}))
            if not warehouses or name in warehouses
        }
        if not all(names.intersection(self.physical.get(part, {})) for part in parts):
            return None
        return sum(
            min(floor(self._available_in(name, part) / ratio) for part, ratio in parts.items())
            for name in sorted(names)
        )

    def _available_in(self, warehouse: str, sku: str) -> Decimal:
        physical = self.physical.get(sku, {}).get(warehouse, Decimal())
        committed = self.committed.get(sku, {}).get(warehouse, Decimal())
        return physical - committed


def counted(db: "sqlite3.Connection", skus: Sequence[str], warehouse: str) -> dict[str, Decimal]:
    """Return the counted quantities of these products in one warehouse, by SKU."""
    rows = db.execute(
        "select sku, physical from stock where warehouse = ?"
        " and sku in (select value from json_each(?))",
        (warehouse, json.dumps(list(skus))),
    )
    return {row["sku"]: Decimal(row["physical"]) for row in rows}


def uncounted(db: "sqlite3.Connection", skus: Sequence[str], warehouse: str) -> list[str]:
    """Return the parts of these products that are counted, but not in this warehouse."""
    inventory = Inventory(db)
    parts = dict.fromkeys(part for sku in skus for part in inventory.parts(sku))
    rows = db.execute(
        "select distinct sku from stock where sku in (select value from json_each(?))",
        (json.dumps([*parts]),),
    )
    known = {row["sku"] for row in rows} - counted(db, [*parts], warehouse).keys()
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
    inventory = Inventory(db)
    for line in parts:
        for sku, ratio in inventory.parts(line.sku).items():
            physical = counted(db, [sku], warehouse).get(sku)
            if physical is not None:
                set_physical(db, sku, warehouse, physical + sign * ratio * line.quantity)
