"""The desk of a local account: everything that its users read and change.

A change is one transaction and returns one outcome per item.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from decimal import Decimal
from functools import partial
from itertools import chain
from pathlib import Path

from ordosync.clock import Clock
from ordosync.database import sqlite3
from ordosync.embedded import (
    ancestry,
    cancellations,
    label_replacement,
    order_creation,
    order_list,
    orders,
    products,
    shipments,
    splits,
    stock,
    stock_counts,
    timeline,
    units,
)
from ordosync.embedded.database import EmbeddedFile
from ordosync.embedded.order_filter import ALL, OrderFilter
from ordosync.embedded.order_list import ListedOrder
from ordosync.embedded.stock import Inventory, Level
from ordosync.embedded.stock_counts import Count
from ordosync.embedded.timeline import TimelineEntry
from ordosync.embedded.units import LineUnits
from ordosync.models import Order, Outcome, ParcelLine, Product, Shipment, Split, refused
from ordosync.order_checks import refusal
from ordosync.text import status_text

_ACTOR = "desk"


class Desk:
    """The desk of one local account. Each call opens the file and closes it again."""

    def __init__(
        self,
        *,
        name: str,
        path: Path,
        warehouse: str = "main",
        clock: Clock | None = None,
        sold_from: AbstractSet[str] = frozenset(),
    ) -> None:
        self.name = name
        self.path = path
        self.warehouse = warehouse
        """The warehouse of new orders, unless an order names a different one."""
        self._sold_from = sold_from
        """The warehouses whose stock a portal sells; empty: all."""
        self.file = EmbeddedFile(name=name, path=path, clock=clock)

    @property
    def exists(self) -> bool:
        """True if the file exists."""
        return self.file.exists

    def list_orders(self, selection: OrderFilter = ALL) -> Iterator[Order]:
        """Yield the selected orders, the newest last."""
        return (listed.order for listed in self.select_orders(selection)[0])

    def select_orders(
        self, selection: OrderFilter, *, newest: int | None = None
    ) -> tuple[Iterator[ListedOrder], int]:
        """Return the selected orders, the newest last, and their total number.

        With `newest`, the iterator yields only so many of them.
        """
        with self.file.reading("list orders") as db:
            sequences = order_list.select(db, selection)
        wanted = sequences if newest is None else sequences[max(len(sequences) - newest, 0) :]
        return self._listed(wanted), len(sequences)

    def _listed(self, sequences: Sequence[int]) -> Iterator[ListedOrder]:
        with self.file.reading("list orders") as db:
            yield from order_list.read(db, sequences)

    def orders_numbered(self, numbers: Iterable[str]) -> list[ListedOrder]:
        """Return the orders with these numbers, the newest last; an unknown number is omitted."""
        with self.file.reading("read orders") as db:
            return order_list.numbered(db, numbers)

    def read_order(self, number: str) -> Order | None:
        """Return an order; None if it does not exist."""
        with self.file.reading(f"read order {number}") as db:
            return orders.read(db, number)

    def pieces_of(self, number: str) -> list[str]:
        """Return the numbers of the orders that this order was split into."""
        with self.file.reading(f"read the pieces of order {number}") as db:
            return [child.number for child in orders.children(db, number)]

    def shipments_of(self, number: str) -> list[Shipment]:
        """Return the parcels of an order, the newest last."""
        with self.file.reading(f"read the shipments of order {number}") as db:
            return shipments.of_order(db, number)

    def units_of(self, number: str) -> list[LineUnits]:
        """Return the open, sent and cancelled units of each line of an order."""
        with self.file.reading(f"read the units of order {number}") as db:
            lines, state = units.of_order(db, number), orders.state_of(db, number)
            is_cancelled = state is not None and state.status == "cancelled"
            return [line.with_open_cancelled() for line in lines] if is_cancelled else lines

    def timeline(self, number: str) -> tuple[TimelineEntry, ...]:
        """Return the timeline of an order, the newest entry last."""
        with self.file.reading(f"read the timeline of order {number}") as db:
            return timeline.read(db, number)

    def order_numbers(self, prefix: str, *, limit: int = 50) -> list[str]:
        """Return the first order numbers that begin with `prefix`, for shell completion."""
        with self.file.reading("list order numbers") as db:
            return orders.numbers(db, prefix, limit)

    def supplier_of(self, number: str) -> str | None:
        """Return the supplier that an order is, or was last, requested from."""
        with self.file.reading(f"read order {number}") as db:
            state = orders.state_of(db, number)
            return state.supplier if state else None

    def reference_of(self, number: str) -> str:
        """Return the ordosync reference of an order or of its ancestor; empty if none."""
        with self.file.reading(f"read the reference of order {number}") as db:
            family = orders.read_many(db, [number, *ancestry.ancestors(db, number)])
            return next((order.reference for order in reversed(family) if order.reference), "")

    def add_orders(self, new: Sequence[Order], *, supplier: str | None = None) -> list[Outcome]:
        """Add orders, and request them from the supplier if it is given.

        An order whose number is taken is refused.
        """

        def add(db: sqlite3.Connection, order: Order) -> Outcome:
            if orders.state_of(db, order.number):
                return refused("taken", "already exists")
            reason = refusal(order, by_desk=True)
            if reason:
                return refused("invalid-order", reason)
            number, line_ids = order_creation.insert(
                db, order, order.number, supplier=supplier, warehouse=self.warehouse
            )
            timeline.add(db, number, "Created", actor=_ACTOR)
            return Outcome(state="done", id=number, line_ids=line_ids)

        return self.file.write_each("add orders", new, add)

    def add_order(self, order: Order, *, supplier: str | None = None) -> Outcome:
        """Add one order."""
        return self.add_orders([order], supplier=supplier)[0]

    def request(self, number: str, supplier: str) -> Outcome:
        """Request an open order from a supplier, or from a different supplier than before."""

        def request(db: sqlite3.Connection, number: str) -> Outcome:
            state = orders.state_of(db, number)
            if state is None:
                return refused("not-found", "does not exist")
            if not state.is_untouched:
                return refused(
                    "not-open", f"is {'split' if state.is_split else status_text(state.status)}"
                )
            orders.assign(db, number, supplier)
            timeline.add(db, number, f"Requested from {supplier}", actor=_ACTOR)
            return Outcome(state="done", id=number)

        return self.file.write_each(f"request order {number}", [number], request)[0]

    def cancel(self, number: str, parts: Sequence[ParcelLine] = ()) -> Outcome:
        """Cancel all open units of an order, or only these."""

        def cancel(db: sqlite3.Connection, number: str) -> Outcome:
            if parts:
                return cancellations.cancel_units(db, number, parts, actor=_ACTOR)
            return cancellations.cancel(db, number, actor=_ACTOR)

        return self.file.write_each(f"cancel order {number}", [number], cancel)[0]

    def restore(self, number: str) -> Outcome:
        """Reopen a cancelled order. This account ships it."""

        def restore(db: sqlite3.Connection, number: str) -> Outcome:
            return cancellations.restore(db, number, actor=_ACTOR)

        return self.file.write_each(f"restore order {number}", [number], restore)[0]

    def ship(self, parcels: Sequence[Shipment]) -> list[Outcome]:
        """Ship parcels of open orders: the units that each one names, or all that are open."""

        def ship(db: sqlite3.Connection, shipment: Shipment) -> Outcome:
            return shipments.ship(db, shipment, actor=_ACTOR)

        return self.file.write_each("ship orders", parcels, ship)

    def void(self, number: str, tracking_number: str = "") -> Outcome:
        """Void the label of a parcel, whose units are open again; with several, name its number."""
        void = partial(shipments.void, actor=_ACTOR, tracking_number=tracking_number)
        return self.file.write_each(f"void the label of order {number}", [number], void)[0]

    def replace_label(self, shipment: Shipment) -> Outcome:
        """Void the label of an order's only parcel, and ship its units with this one."""
        action = f"replace the label of order {shipment.order_id}"
        change = partial(label_replacement.replace_label, actor=_ACTOR)
        return self.file.write_each(action, [shipment], change)[0]

    def split(self, requested: Split, warehouses: Sequence[str] = ()) -> Outcome:
        """Split the open units of an order into pieces, which these warehouses send."""
        split = partial(splits.split, actor=_ACTOR, warehouses=warehouses)
        return self.file.write_each(f"split order {requested.order_id}", [requested], split)[0]

    def list_products(self) -> Iterator[Product]:
        """Yield all products, by SKU."""
        with self.file.reading("list products") as db:
            yield from chain.from_iterable(products.read_all(db))

    def products_of(self, skus: Sequence[str]) -> dict[str, Product]:
        """Return the products with these SKUs; an unknown SKU is omitted."""
        with self.file.reading("read products") as db:
            return {product.sku: product for product in products.read(db, skus)}

    def bins(self) -> Mapping[str, str]:
        """Return the bins of all products that have one, by SKU."""
        with self.file.reading("read the bins of the products") as db:
            return products.bins(db)

    def components(self, sku: str) -> Mapping[str, Decimal]:
        """Return the components of a kit, by SKU, with their quantities."""
        with self.file.reading(f"read the components of {sku}") as db:
            return products.components(db, sku)

    def skus(self, prefix: str, *, limit: int = 50) -> list[str]:
        """Return the first SKUs that begin with `prefix`, for shell completion."""
        with self.file.reading("list SKUs") as db:
            return products.skus(db, prefix, limit)

    def add_product(
        self,
        product: Product,
        *,
        supplier: str | None = None,
        components: Mapping[str, Decimal] | None = None,
        storage_bin: str = "",
    ) -> Outcome:
        """Add a product, or a kit of existing components. An existing SKU is refused.

        A product with a supplier is neither offered to another supplier nor counted by it.
        """

        def add(db: sqlite3.Connection, product: Product) -> Outcome:
            known = {known.sku for known in products.read(db, [*(components or {})])}
            missing = set(components or {}) - known
            if missing:
                return refused("not-found", f"needs {min(missing)}, which does not exist")
            if not products.create(
                db, product, supplier=supplier, components=components, storage_bin=storage_bin
            ):
                return refused("taken", "already exists")
            return Outcome(state="done", id=product.sku)

        return self.file.write_each(f"add product {product.sku}", [product], add)[0]

    def stock_levels(
        self, skus: Sequence[str] = ()
    ) -> Iterator[tuple[Product, list[Level], int | None]]:
        """Yield each product, by SKU, with its stock by warehouse and its available quantity."""
        with self.file.reading("list stock") as db:
            pages = [products.read(db, skus)] if skus else products.read_all(db)
            yield from stock.levels_of(db, pages)

    def levels_of(self, sku: str) -> list[Level]:
        """Return the stock of a product in the warehouses that it is sold from; empty for a kit."""
        with self.file.reading("read stock again") as db:
            inventory = Inventory(db, [sku])
            levels = () if inventory.commitments.is_kit(sku) else inventory.levels(sku)
            sold_from = self._sold_from
            return [level for level in levels if not sold_from or level.warehouse in sold_from]

    def warehouses(self) -> list[str]:
        """Return the names of the warehouses: the default one first, then those with stock."""
        with self.file.reading("list warehouses") as db:
            return list(dict.fromkeys([self.warehouse, *stock.warehouses(db)]))

    def count(self, counts: Sequence[Count]) -> list[Outcome]:
        """Save counts, all in one transaction."""
        return self.file.write_each("count stock", counts, stock_counts.save)

    def set_stock(self, sku: str, warehouse: str, quantity: int) -> Outcome:
        """Save one count."""
        return self.count([Count(sku=sku, warehouse=warehouse, quantity=quantity)])[0]
