"""Committed stock: the open units of orders, where a kit counts as its components."""

from collections.abc import Iterable
from decimal import Decimal
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

from ordosync.embedded.units import IN_PIECES, SENT

if TYPE_CHECKING:
    import sqlite3


class Commitments:
    """The kits and the committed stock of all products, read on first use."""

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

    def load(self) -> "Commitments":
        """Read everything now, so that the file can be closed."""
        _ = self._components, self.committed
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

    def counted(self, skus: Iterable[str]) -> list[str]:
        """Return the products whose counts decide the stock of these products and kits."""
        parts = (self.parts(sku) if self.is_kit(sku) else (sku,) for sku in skus)
        return [*dict.fromkeys(chain.from_iterable(parts))]
