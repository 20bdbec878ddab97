"""An Ordoro account as the Merchant: the dropshipments that are requested from one supplier."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from ordosync.accounts.ordoro.client import Side
from ordosync.accounts.ordoro.schema import OrderShape, ShippingShape, order_of, product_of
from ordosync.models import Address, Order, Page, Shipment, Standing, Unusable

REQUESTED = "dropshipment_requested"


@dataclass(frozen=True, kw_only=True)
class MerchantOptions:
    """What a portal says about its Merchant."""

    supplier: int
    """The id there of the supplier whom orders are requested from."""
    warehouse: int | None = None
    """Where its stock is kept as physical on hand; by default the supplier's linked warehouse."""
    supplier_skus: bool = False
    """Whether to look up what the supplier calls each product: a call more for each new SKU."""


class RequestedOrders(Side):
    """Who sells."""

    def __init__(self, *, name: str, spool: Path, concurrency: int) -> None:
        super().__init__(name=name, spool=spool, concurrency=concurrency)
        self._supplier_skus: dict[str, str] = {}
        self._cancelled: dict[str, OrderShape] = {}

    def close(self) -> None:
        """Forget what was read for one run."""
        super().close()
        self._supplier_skus, self._cancelled = {}, {}

    @property
    def supplier_id(self) -> int:
        """The id of the supplier whom orders are requested from."""
        pair = self.pair
        return pair.supplier if isinstance(pair, MerchantOptions) else 0

    def orders(
        self,
        cursor: str | None,
        *,
        now: datetime,
        patient: bool = False,  # noqa: ARG002 - nothing is half written
    ) -> Iterator[Page[Order | Unusable]]:
        """Read the orders requested from this portal's supplier that changed since `cursor`.

        Those of other suppliers are read as well, and said to be `reassigned`: which of them were
        this one's once is not told.
        """
        for items, after in self.changed(
            {"status": REQUESTED}, cursor, now=now, action="read orders"
        ):
            yield Page(items=tuple(self._order(item) for item in items), cursor=after)

    def orders_by_id(self, ids: Sequence[str]) -> Iterator[Page[Order | Unusable]]:
        """Read these orders as they are now."""
        found = self.side_by_side(ids, partial(self.found, action="read an order again"))
        requested = [
            one
            for one in found
            if isinstance(one, Unusable) or (one is not None and one.status == REQUESTED)
        ]
        yield Page(items=tuple(self._order(one) for one in requested))

    def requested_ever(self, *, now: datetime) -> Iterator[Page[Standing]]:
        """Read every order as it stands that may have been requested from this supplier.

        An order that was cancelled or restored may have lost its supplier, so that one without is
        given, too. Orders that cannot be read are left out.
        """
        pages = self.changed({"status": "all"}, None, now=now, action="read all orders")
        for items, _ in pages:
            found = (self._as_requested(one) for one in items if isinstance(one, OrderShape))
            yield Page(items=tuple(one for one in found if one))

    def _as_requested(self, found: OrderShape) -> Standing | None:
        if found.supplier_id not in (None, self.supplier_id):
            return Standing(order=self._bare(found), is_ours=False)
        order = order_of(found, currency=self.currency, zone=self.zone)
        if isinstance(order, Unusable):
            return None
        number, given = found.tracking_number, found.shipping_info or ShippingShape()
        shipment = Shipment(
            id="",
            order_id=order.id,
            tracking_number=number,
            carrier=given.carrier_name or "",
            shipped_at=self.sent_at(found) or datetime.min.replace(tzinfo=UTC),
            voided=self.is_void(found, number),
        )
        return Standing(
            order=self._completed(order, found),
            shipments=(shipment,) if number else (),
        )

    def _bare(self, found: OrderShape) -> Order:
        number = found.order_number
        ancestors = self.ancestors(found)
        return Order(
            id=number,
            number=number,
            lines=(),
            ship_to=Address(),
            status=found.status,
            ancestors=ancestors,
        )

    def cancelled_orders(self, cursor: str | None, *, now: datetime) -> Iterator[Page[str]]:
        """Read which orders were cancelled since `cursor` and never shipped, of all suppliers.

        An order that was cancelled may have lost its supplier, so it is not asked for.
        """
        pages = self.changed(
            {"status": "cancelled"}, cursor, now=now, action="read cancelled orders", by="cancelled"
        )
        for items, after in pages:
            unshipped = [
                item for item in items if isinstance(item, OrderShape) and not item.tracking_number
            ]
            self._cancelled = {item.order_number: item for item in unshipped}
            yield Page(items=tuple(self._cancelled), cursor=after)

    def ancestors_of(self, ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """Return what each of these orders was split from; the page just read is known."""
        missing = [id_ for id_ in ids if id_ not in self._cancelled]
        found = {**self._cancelled, **self.orders_now(missing, "read what orders were split from")}
        families = {id_: self.ancestors(found[id_]) for id_ in ids if id_ in found}
        return {id_: family for id_, family in families.items() if family}

    def cancelled_among(self, ids: Sequence[str]) -> frozenset[str]:
        """Return which of these orders are cancelled, unshipped, at this moment."""
        found = self.orders_now(ids, "see whether an order is still cancelled")
        return frozenset(
            number
            for number, one in found.items()
            if one.status == "cancelled" and not one.tracking_number
        )

    def _order(self, found: OrderShape | Unusable) -> Order | Unusable:
        if isinstance(found, Unusable):
            return found
        order = order_of(found, currency=self.currency, zone=self.zone)
        if isinstance(order, Unusable):
            return order
        if found.supplier_id != self.supplier_id:
            return Unusable(
                id=order.id,
                code="reassigned",
                reason="was given to another supplier",
                content=order.content,
                skip=True,
            )
        return self._completed(order, found)

    def _completed(self, order: Order, found: OrderShape) -> Order:
        """Return an order with what is said of it elsewhere; SKUs are asked for if wanted."""
        lines = order.lines
        if isinstance(self.pair, MerchantOptions) and self.pair.supplier_skus:
            lines = tuple(
                replace(line, supplier_sku=self._supplier_sku(line.sku)) for line in lines
            )
        return replace(order, lines=lines, ancestors=self.ancestors(found))

    def _supplier_sku(self, sku: str) -> str:
        if sku not in self._supplier_skus:
            found = self.product(sku, "look up what the supplier calls it")
            known = product_of(found, self.supplier_id).supplier_sku if found else ""
            self._supplier_skus[sku] = known
        return self._supplier_skus[sku]

    def is_void(self, order: OrderShape, tracking_number: str) -> bool:
        """Return whether the last that its timeline says of a number is that it is void."""
        times = times_void(order, tracking_number)
        return times > 0 and not order.says(valid_text(tracking_number, times))


def times_void(order: OrderShape, tracking_number: str) -> int:
    """Return how often a number became void: it may have been valid again between."""
    times = 0
    while order.says(void_text(tracking_number, times + 1)):
        times += 1
    return times


def void_text(tracking_number: str, times: int) -> str:
    """Return the comment by which a number is void for the nth time."""
    again = f" ({times})" if times > 1 else ""
    return f"ordosync: tracking {tracking_number} is void{again}, the Supplier deleted its label"


def valid_text(tracking_number: str, times: int) -> str:
    """Return the comment by which a number is valid again after that."""
    again = f" ({times})" if times > 1 else ""
    return f"ordosync: tracking {tracking_number} is valid again{again}"
