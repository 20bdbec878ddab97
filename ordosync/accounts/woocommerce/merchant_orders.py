"""A shop's orders as this portal's Supplier is to see them: its own lines, less what was refunded.

An order may be several Suppliers', each of whom sees its own lines. What it was told already is
kept in the order itself (`record`).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from math import ceil
from pathlib import Path

from msgspec import Raw
from msgspec.structs import replace

from ordosync.accounts.account import Finding
from ordosync.accounts.pagination import LIMIT
from ordosync.accounts.woocommerce.client import Left, Side
from ordosync.accounts.woocommerce.foreign_parcels import units_by_others
from ordosync.accounts.woocommerce.order_mapping import order_of
from ordosync.accounts.woocommerce.order_metadata import Record, record_of
from ordosync.accounts.woocommerce.pagination import PRODUCT_FIELDS
from ordosync.accounts.woocommerce.parcels import Lines
from ordosync.accounts.woocommerce.schema import (
    OrderShape,
    ProductShape,
    TermShape,
    digest,
    read,
    whole,
)
from ordosync.accounts.woocommerce.supplier_selection import MerchantOptions, Selection
from ordosync.models import Address, Line, Order, Page, Unusable

HELD = ("on-hold",)
"""Statuses of what is sold and not to be shipped yet: its stock has fallen already."""
_MOST = 2**31 - 1


class SoldOrders(Side):
    """Who sells, as far as orders are read."""

    open_statuses: tuple[str, ...]
    """Of what is to be shipped."""
    cancelled_statuses: tuple[str, ...]

    def __init__(self, *, name: str, spool: Path, concurrency: int) -> None:
        super().__init__(name=name, spool=spool, concurrency=concurrency)
        self._ours: Selection | None = None

    def close(self) -> None:
        """Forget what was read for one run."""
        super().close()
        self._ours = None

    @property
    def merchant_pair(self) -> MerchantOptions:
        """What the portal says of this Merchant."""
        return self.pair if isinstance(self.pair, MerchantOptions) else MerchantOptions()

    @property
    def ours(self) -> Selection:
        """Which products are this Supplier's; what it learns holds for one run."""
        with self.asking:
            if self._ours is None:
                self._ours = Selection(self.merchant_pair, self.selection, self._products_of)
            return self._ours

    @property
    def record_key(self) -> str:
        """The field of an order in which what was told of it is kept."""
        return f"_ordosync_{self.merchant_pair.supplier or self.partner}"

    def record(self, order: OrderShape) -> Record:
        """Return what is kept on an order."""
        return record_of(order, self.record_key)

    def orders(
        self,
        cursor: str | None,
        *,
        now: datetime,
        patient: bool = False,  # noqa: ARG002 - nothing is half written
    ) -> Iterator[Page[Order | Unusable]]:
        """Read the orders to be shipped that have lines of this Supplier's, since `cursor`."""
        self.learn_timezone()
        wanted = {"status": ",".join(self.open_statuses)}
        for items, after in self.changed(wanted, cursor, now=now, action="read orders"):
            yield Page(items=tuple(self._unshipped(items)), cursor=after)

    def orders_by_id(self, ids: Sequence[str]) -> Iterator[Page[Order | Unusable]]:
        """Read these orders as they are now."""
        self.learn_timezone()
        found = self.orders_now(ids, "read orders again", status=",".join(self.open_statuses))
        yield Page(items=tuple(self._unshipped(found)))

    def sold_orders(self) -> Iterator[Page[Order]]:
        """Read the orders that have lowered the stock and are not shipped, on hold or not.

        So has one that cannot be imported, with what is known of its lines.
        """
        wanted = {"status": ",".join(dict.fromkeys((*self.open_statuses, *HELD)))}
        for items in self.lists.changed_orders(wanted, "read what is sold").since(None):
            found = [
                item
                for item in items
                if isinstance(item, OrderShape) and self.record(item).unshipped(str(item.id))
            ]
            self.learn_lines(found)
            left = self.side_by_side(found, self._fallen)
            sold = (self._sold(*one) for one in zip(found, left, strict=True))
            yield Page(items=tuple(one for one in sold if one.lines))

    def _sold(self, order: OrderShape, left: Left) -> Order:
        """Return an order with the lines that are surely this Supplier's, parts rounded up."""
        lines = tuple(
            Line(id=str(one.id), sku=one.sku or "", name="", quantity=ceil(left[one.id]))
            for one in order.line_items
            if left[one.id] > 0 and self.ours.has_line(one)
        )
        return Order(id=str(order.id), number=order.number, lines=lines, ship_to=Address())

    def learn_lines(self, orders: Sequence[OrderShape]) -> None:
        """Look up whose the lines of these orders are, many at once."""
        self.ours.learn([line.product_id for order in orders for line in order.line_items])

    def left(self, order: OrderShape, *, until: datetime | None = None) -> Left:
        """Return how much of each line is still sold; of a bundle one way of saying it is 0."""
        repeated = self.ours.repeated(order.line_items)
        left = super().left(order, until=until)
        return {line: 0 if line in repeated else count for line, count in left.items()}

    def unsent(self, order: OrderShape) -> Left:
        """Return how much of each line is neither refunded nor in a parcel of others."""
        return self._less_parcels(order, self.left(order))

    def _fallen(self, order: OrderShape) -> Left:
        """Return by how much the stock has fallen: that of a bundle, and of what is in it."""
        return self._less_parcels(order, super().left(order))

    def _less_parcels(self, order: OrderShape, left: Left) -> Left:
        units = units_by_others(self.record(order), self.shown_parcels(order))
        return {line: count - units.get(line, 0) for line, count in left.items()}

    def lines_of_supplier(self, order: OrderShape, left: Left) -> Lines:
        """Return the part of what is left that is this Supplier's."""
        return {
            line.id: whole(left[line.id]) or 0
            for line in order.line_items
            if left[line.id] > 0 and self.ours.has_line(line)
        }

    def check_merchant(self) -> Iterator[Finding]:
        """Look whether what the options name is there, and say how parcels are told."""
        self.learn_timezone()
        if self.timezone is None:
            yield Finding(text="has a time zone without a name: say `timezone:`, else it is UTC")
        for wanted in (self.open_statuses, self.cancelled_statuses):
            self.find_statuses(wanted)
        pair = self.merchant_pair
        for kind, name in (("tags", pair.tag), ("categories", pair.category)):
            if name and not self._has_term(kind, name):
                yield Finding(text=f"none of its products' {kind} is {name}", is_problem=True)
        yield Finding(text=f"tells of parcels by {self.tracking.words}")
        yield Finding(text="cannot split orders: pieces are kept in a field of the order")
        yield Finding(text="cannot show what a label has cost, its method and its warehouse")

    def _has_term(self, kind: str, name: str) -> bool:
        """Whether there is such a tag or category, by name or slug."""
        for key in ("search", "slug"):
            found = self.http.get(
                f"/wc/v3/products/{kind}",
                list[TermShape],
                action=f"look for the products' {kind}",
                params={key: name, "per_page": str(LIMIT)},
            )
            if any(name.casefold() in (one.name.casefold(), one.slug.casefold()) for one in found):
                return True
        return False

    def _unshipped(self, items: Sequence[OrderShape | Unusable]) -> Iterator[Order | Unusable]:
        shapes = [item for item in items if isinstance(item, OrderShape)]
        self.learn_lines(shapes)
        left = dict(
            zip([one.id for one in shapes], self.side_by_side(shapes, self.unsent), strict=True)
        )
        found: list[Order | Unusable] = []
        for item in items:
            if isinstance(item, Unusable):
                found.append(item)
            elif self.record(item).unshipped(str(item.id)):
                found += self._requested(item, left[item.id])
        yield from self._with_needs(found)

    def _with_needs(self, found: Sequence[Order | Unusable]) -> Iterator[Order | Unusable]:
        """Yield orders; one without an address needs none if its products are no things.

        Only a product or a variation says that, so they are asked only where it matters.
        """
        asked = [
            one
            for one in found
            if isinstance(one, Order) and one.needs_shipping and not _has_address(one)
        ]
        skus = [line.sku for one in asked for line in one.lines]
        known = self.by_sku(skus, "look whether products are shipped") if skus else {}
        ids = {one.id for one in asked}
        for one in found:
            if isinstance(one, Order) and one.id in ids:
                shapes = [known.get(line.sku, ()) for line in one.lines]
                is_shipped = not all(some and all(x.virtual for x in some) for some in shapes)
                yield replace(one, needs_shipping=is_shipped)
            else:
                yield one

    def _requested(self, order: OrderShape, left: Left) -> Iterator[Order | Unusable]:
        wanted = self.lines_of_supplier(order, left)
        ours = [line for line in order.line_items if self.ours.has_line(line)]
        odd = {line.id: line.quantity for line in ours if line.quantity <= 0}
        gone = [line.id for line in order.line_items if not self.ours.knows_line(line)]
        if any(left[line] > 0 for line in gone):
            yield _unusable(
                order,
                "product-gone",
                "has a line whose product was deleted, so nobody can tell whose it is: take the"
                " line out of the order at the shop, or dismiss it",
                skip=not wanted,  # then it is more likely the Merchant's own
            )
        elif any(isinstance(left[line.id], float) for line in ours):
            yield _unusable(order, "invalid", "has a quantity that is no whole number")
        elif odd or wanted:
            yield _usable(order, {**odd, **wanted})
        elif ours:
            yield _unusable(
                order, "nothing-to-ship", "has nothing left to be sent to the buyer", skip=True
            )

    def _products_of(self, ids: Sequence[int]) -> Mapping[int, ProductShape]:
        """Return products by their numbers, for what only a product says of itself."""

        def ask(some: Sequence[int]) -> list[Raw]:
            query = {"include": ",".join(map(str, some)), "_fields": PRODUCT_FIELDS}
            return self.lists.page("/wc/v3/products", query, 0, "look whose products these are")[0]

        chunks = [ids[at : at + LIMIT] for at in range(0, len(ids), LIMIT)]
        raws = [raw for page in self.side_by_side(chunks, ask) for raw in page]
        found = [read(raw, ProductShape, what="products") for raw in raws]
        return {one.id: one for one in found if isinstance(one, ProductShape)}


def _has_address(order: Order) -> bool:
    to = order.ship_to
    return bool((to.street1 or to.street2) and (to.city or to.zip))


def _usable(shape: OrderShape, lines: Left) -> Order | Unusable:
    amounts = (x for line in shape.line_items for x in (line.subtotal, line.total))
    if all(x.is_finite() for x in amounts) and all(0 <= one <= _MOST for one in lines.values()):
        return order_of(shape, {line: int(quantity) for line, quantity in lines.items()})
    return _unusable(shape, "invalid.quantity", "has a quantity or an amount that cannot be")


def _unusable(shape: OrderShape, code: str, reason: str, *, skip: bool = False) -> Unusable:
    content = digest((code, shape.number))
    return Unusable(id=str(shape.id), code=code, reason=reason, content=content, skip=skip)
