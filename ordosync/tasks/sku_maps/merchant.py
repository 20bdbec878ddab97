"""The Merchant of a portal with a SKU map: its orders come in SKUs and units of the Supplier.

Only what is read is converted here. What is written to the Merchant is converted where it is
planned: parcels, splits, shortages and quantities.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace as replace_fields
from datetime import datetime

from msgspec.structs import replace

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.merchant import Merchant, MerchantCancellations, MerchantOrders
from ordosync.accounts.portal_account import OrderListing
from ordosync.models import Cancellation, InvalidRecord, Order, OrderSnapshot, Page
from ordosync.store.sku_map import SkuMap
from ordosync.tasks.known_links import KnownLinks
from ordosync.tasks.sku_maps.lines import SupplierLines


def mapped(merchant: Merchant, links: KnownLinks, sku_map: SkuMap | None) -> Merchant:
    """Return a Merchant whose orders have SKUs and units of the Supplier.

    Without a map, only lines that were sent by one are converted.
    """
    lines = SupplierLines(links, sku_map, includes_sent_units=merchant.includes_sent_units)
    return replace_fields(
        merchant,
        orders=_Orders(merchant.orders, lines),
        cancellations=merchant.cancellations and _Cancellations(merchant.cancellations, lines),
        listing=merchant.listing and _Listing(merchant.listing, lines),
        merged=lambda ids: lines.cancellations(list(merchant.merged(ids))),
    )


def is_mapped(merchant: Merchant) -> bool:
    """True if the orders of a Merchant have SKUs and units of the Supplier."""
    return isinstance(merchant.orders, _Orders)


class _Orders:
    """Orders of the Merchant; see `MerchantOrders`."""

    def __init__(self, orders: MerchantOrders, lines: SupplierLines) -> None:
        self._orders = orders
        self._lines = lines

    @property
    def requires_address(self) -> bool:
        return self._orders.requires_address

    @property
    def reports_reassigned(self) -> bool:
        return self._orders.reports_reassigned

    def changed(self, request: ReadRequest) -> Iterator[Page[Order | InvalidRecord]]:
        return self._converted(self._orders.changed(request))

    def by_id(self, ids: Sequence[str]) -> Iterator[Page[Order | InvalidRecord]]:
        return self._converted(self._orders.by_id(ids))

    def acknowledge(self, ids: Sequence[str]) -> None:
        self._orders.acknowledge(ids)

    def ancestors(self, ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
        return self._orders.ancestors(ids)

    def line_claims(self, order: Order) -> Sequence[str]:
        return self._orders.line_claims(order)

    def is_beside(self, order_id: str, other_id: str) -> bool:
        return self._orders.is_beside(order_id, other_id)

    def _converted(
        self, pages: Iterable[Page[Order | InvalidRecord]]
    ) -> Iterator[Page[Order | InvalidRecord]]:
        for page in pages:
            yield replace(page, items=self._lines.orders(page.items))


class _Cancellations:
    """Cancellations by the Merchant; see `MerchantCancellations`."""

    def __init__(self, cancellations: MerchantCancellations, lines: SupplierLines) -> None:
        self._cancellations = cancellations
        self._lines = lines

    def changed(self, request: ReadRequest) -> Iterator[Page[Cancellation]]:
        for page in self._cancellations.changed(request):
            yield replace(page, items=self._lines.cancellations(page.items))

    def among(self, ids: Sequence[str]) -> frozenset[str]:
        return self._cancellations.among(ids)

    def reply(self, cancelled: Mapping[str, bool]) -> None:
        self._cancellations.reply(cancelled)


class _Listing:
    """All orders of the Merchant; see `OrderListing`."""

    def __init__(self, listing: OrderListing, lines: SupplierLines) -> None:
        self._listing = listing
        self._lines = lines

    @property
    def is_complete(self) -> bool:
        return self._listing.is_complete

    @property
    def includes_foreign(self) -> bool:
        return self._listing.includes_foreign

    def read(self, *, now: datetime) -> Iterator[Page[OrderSnapshot]]:
        for page in self._listing.read(now=now):
            yield replace(page, items=self._lines.snapshots(page.items))

    def missing(self) -> str:
        return self._listing.missing()
