"""Files in folders, as a Merchant: CSV or JSON lines, with the columns that the files have.

Orders, products and cancellations are read from files that the Merchant drops; quantities and
tracking are written to one file each, which is replaced as a whole. The id of an order is its
number, the id of a product its SKU.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from ordosync.accounts.base import Account, Role
from ordosync.accounts.files import subjects
from ordosync.accounts.files.merchant import Inventory, Trackings
from ordosync.accounts.files.options import CancellationFiles, OrderFiles, ProductFiles
from ordosync.accounts.files.outgoing import InventoryFile, TrackingFile
from ordosync.accounts.files.reading import FileReading
from ordosync.errors import RefusedError
from ordosync.models import (
    Comment,
    Order,
    Outcome,
    Page,
    Product,
    Shipment,
    Split,
    Stock,
    Unusable,
)

T = TypeVar("T")

_PARTS: Mapping[tuple[Role, str], str] = {
    ("merchant", "import-orders"): "orders",
    ("merchant", "import-products"): "products",
    ("merchant", "write-inventory-back"): "inventory",
    ("merchant", "update-tracking"): "tracking",
    ("merchant", "cancel-orders"): "cancellations",
}
"""The option that a side's part in a task needs."""


class FilesAccount(Account):
    """A Merchant who drops files, and takes some."""

    kind: ClassVar[str] = "files"
    roles: ClassVar[frozenset[Role]] = frozenset({"merchant"})
    batch_size: ClassVar[int] = 200
    """A batch is one new file, however many rows of it change."""

    def __init__(
        self,
        *,
        name: str,
        spool: Path,
        orders: OrderFiles | None = None,
        products: ProductFiles | None = None,
        cancellations: CancellationFiles | None = None,
        inventory: InventoryFile | None = None,
        tracking: TrackingFile | None = None,
    ) -> None:
        super().__init__(name=name, spool=spool)
        self.timezone = orders.timezone if orders else None
        self._orders = self._reading(subjects.orders, orders)
        self._products = self._reading(subjects.products, products)
        self._cancellations = self._reading(subjects.cancellations, cancellations)
        self._last: FileReading[Any] | None = None
        """What is being read: its task alone knows what of it is settled."""
        self._inventory = Inventory(inventory, account=name) if inventory else None
        self._tracking = Trackings(tracking, account=name) if tracking else None

    @classmethod
    def takes_part(cls, task: str, role: Role, options: Mapping[str, Any]) -> bool:
        """Whether there is an option that says which files this side of a task has."""
        return _PARTS.get((role, task)) in options

    def close(self) -> None:
        """Forget the rows of the last readings."""
        for reading in self._readings():
            reading.close()

    def comment(self, comments: Sequence[Comment]) -> None:
        """Do nothing: files have no timeline, and the task log tells the same."""

    def release(self, unsettled: AbstractSet[str]) -> AbstractSet[str]:
        """End the reading that was made last, of whatever subject."""
        return self._last.release(unsettled) if self._last else frozenset()

    # The Merchant's side.

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
            raise self._refusal("read cancellations", wrong.reason)

    def cancelled_among(self, ids: Sequence[str]) -> frozenset[str]:
        """Return which stand in a cancellation file as it is now, or in a copy that was kept."""
        if self._cancellations is None:
            return frozenset()
        pages = self._cancellations.now_or_kept(ids)
        return frozenset(item for page in pages for item in page.items if isinstance(item, str))

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
            pages = self._products.now(ids)
            known = {
                item.id: "kit" if item.is_kit else ""
                for page in pages
                for item in page.items
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
        pages = self._cancellations.now(ids)
        return frozenset(item for page in pages for item in page.items if isinstance(item, str))

    def _reading(
        self, subject: Callable[[Any], subjects.Subject[T]], options: Any
    ) -> FileReading[T] | None:
        if options is None:
            return None
        return FileReading(subject(options), account=self.name, spool=self.spool)

    def _readings(self) -> list[FileReading[Any]]:
        readings = (self._orders, self._products, self._cancellations)
        return [reading for reading in readings if reading]

    def _reads(self, reading: FileReading[T] | None, option: str) -> FileReading[T]:
        self._last = self._needed(reading, option)
        return self._last

    def _needed(self, part: T | None, option: str) -> T:
        if part is None:
            answer = "this option is missing in the configuration"
            raise self._refusal(f"use `{option}`", answer)
        return part

    def _refusal(self, doing: str, answer: str) -> RefusedError:
        return RefusedError(f"account {self.name}", doing, answer)


def _cancelled(item: Order | Unusable) -> Unusable:
    return Unusable(
        id=item.id,
        code="cancelled",
        reason="was cancelled before it was imported",
        content=item.content,
        skip=True,
    )
