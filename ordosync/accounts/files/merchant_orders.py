"""A files account as a Merchant. The id of an order is its number, that of a product its SKU."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from msgspec.structs import replace

from ordosync.accounts.account import Role
from ordosync.accounts.files.file_reader import FileReading
from ordosync.accounts.files.merchant_tracking import Inventory, Trackings
from ordosync.accounts.files.parts import PartsOfFiles
from ordosync.errors import PartlyReadError
from ordosync.models import (
    Order,
    Outcome,
    Page,
    Product,
    Shipment,
    Split,
    Standing,
    Stock,
    Unusable,
)


class MerchantSide(PartsOfFiles):
    """Reads what the Merchant drops, and writes what it is told."""

    _orders: FileReading[Order] | None
    _products: FileReading[Product] | None
    _cancellations: FileReading[str] | None
    _inventory: Inventory | None
    _tracking: Trackings | None

    def orders(
        self, cursor: str | None, *, now: datetime, patient: bool = False
    ) -> Iterator[Page[Order | Unusable]]:
        """Read the order files that are new, changed or refused before.

        An order that is cancelled by now is skipped: it must not be made again, either, where
        its file is read anew.
        """
        cancelled = self._cancelled_now()
        for page in self._reads(self._orders, "orders").since(cursor, now=now, patient=patient):
            yield Page(
                items=tuple(_cancelled(i) if i.id in cancelled else i for i in page.items),
                cursor=page.cursor,
            )

    def orders_by_id(self, ids: Sequence[str]) -> Iterator[Page[Order | Unusable]]:
        """Read orders in the files as they are now, else in the copies that were kept."""
        cancelled = self._cancelled_now(ids)
        for page in self._reads(self._orders, "orders").by_id(ids):
            yield Page(items=tuple(item for item in page.items if item.id not in cancelled))

    def all_orders(self, role: Role, *, now: datetime) -> Iterator[Page[Standing]]:  # noqa: ARG002
        """Read the Merchant's orders in the files as they are now: older files may be gone.

        What a Supplier was sent is only found by its reference.
        """
        if role != "merchant" or self._orders is None:
            return
        cancelled = self._cancelled_now()
        told = self._tracking.told() if self._tracking else {}
        for page in self._orders.now():
            found = (item for item in page.items if isinstance(item, Order))
            yield Page(
                items=tuple(
                    _standing(order, cancelled=order.id in cancelled, told=told.get(order.id))
                    for order in found
                )
            )

    def cancelled_orders(self, cursor: str | None, *, now: datetime) -> Iterator[Page[str]]:
        """Read the numbers in the cancellation files that are new or changed.

        Whether they were shipped is not known here. A file or a row that cannot be used ends the
        reading, after everything else, since a number that is lost in it would be shipped.
        """
        wrong: Unusable | None = None
        for page in self._reads(self._cancellations, "cancellations").since(cursor, now=now):
            bad = [i for i in page.items if isinstance(i, Unusable) and not i.skip]
            wrong = wrong or next(iter(bad), None)
            yield Page(items=tuple(i for i in page.items if isinstance(i, str)), cursor=page.cursor)
        if wrong:
            raise PartlyReadError(f"account {self.name}", "read cancellations", wrong.reason)

    def cancelled_among(self, ids: Sequence[str]) -> frozenset[str]:
        """Return which stand in a cancellation file as it is now, or in a copy that was kept."""
        if self._cancellations is None:
            return frozenset()
        found = self._cancellations.now_or_kept(ids).values()
        return frozenset(item for item in found if isinstance(item, str))

    def products(self, cursor: str | None, *, now: datetime) -> Iterator[Page[Product | Unusable]]:
        """Read the product files that are new, changed or refused before."""
        return self._reads(self._products, "products").since(cursor, now=now)

    def products_by_id(self, ids: Sequence[str]) -> Iterator[Page[Product | Unusable]]:
        """Read products in the files as they are now, else in the copies that were kept."""
        return self._reads(self._products, "products").by_id(ids)

    def stock_to_write(self, ids: Sequence[str]) -> Mapping[str, Stock]:
        """Return what the inventory file says; where there are product files, of those in them."""
        known: dict[str, str] = dict.fromkeys(ids, "")
        if self._products:
            known = {
                item.id: "kit" if item.is_kit else ""
                for item in self._products.now_of(ids).values()
                if isinstance(item, Product)
            }
        quantities = self._needed(self._inventory, "inventory").quantities(list(known))
        return {
            sku: Stock(product_id=sku, sku=sku, quantity=quantities[sku], fixed=fixed)
            for sku, fixed in known.items()
        }

    def write_stock(self, stock: Sequence[Stock]) -> list[Outcome]:
        """Write the inventory file anew, where a quantity in it changes."""
        return self._needed(self._inventory, "inventory").write(stock)

    def add_tracking(self, shipments: Sequence[Shipment]) -> list[Outcome]:
        """Write the tracking file anew, with one row for each order."""
        tracking = self._needed(self._tracking, "tracking")
        ids = [shipment.order_id for shipment in shipments]
        return tracking.add(shipments, cancelled=self._cancelled_now(ids))

    def void_tracking(self, shipments: Sequence[Shipment]) -> list[Outcome]:
        """Write the tracking file anew, with these numbers flagged."""
        return self._needed(self._tracking, "tracking").void(shipments)

    def split_orders(self, splits: Sequence[Split]) -> list[Outcome]:
        """Refuse all of them: an order of a file has nothing that could be a piece."""
        reason = "orders that come in files cannot be split"
        return [Outcome(state="refused", code="refused", reason=reason) for _ in splits]

    def _cancelled_now(self, ids: Sequence[str] | None = None) -> frozenset[str]:
        """Return which are cancelled; a file that cannot be read is `cancelled_orders`' to tell."""
        if self._cancellations is None:
            return frozenset()
        if ids is None:
            pages = self._cancellations.now()
            return frozenset(i for page in pages for i in page.items if isinstance(i, str))
        found = self._cancellations.now_of(ids).values()
        return frozenset(item for item in found if isinstance(item, str))


def _standing(order: Order, *, cancelled: bool, told: tuple[str, bool] | None) -> Standing:
    status = "shipped" if told else "dropshipment_requested"
    sent: tuple[Shipment, ...] = ()
    if told:
        sent = (
            Shipment(
                id="",
                order_id=order.id,
                tracking_number=told[0],
                carrier="",
                shipped_at=datetime.min.replace(tzinfo=UTC),
                voided=told[1],
            ),
        )
    return Standing(
        order=replace(order, status="cancelled" if cancelled else status), shipments=sent
    )


def _cancelled(item: Order | Unusable) -> Unusable:
    return Unusable(
        id=item.id,
        code="cancelled",
        reason="was cancelled before it was imported",
        content=item.content,
        skip=True,
    )
