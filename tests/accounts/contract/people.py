"""People of an account: they act and look by its own means, not through the tested code.

Each kind of account implements both or one of them. The
clock is virtual; a fake service uses the same one. Orders and pieces are named by their ids.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar, Literal, TypeVar, get_args

import pytest

from ordosync.accounts.connections import Connections
from ordosync.config.settings import Optional
from ordosync.models import Order, Product, Shipment
from ordosync.shortages import ShortageReason
from tests.support.clock import VirtualClock

Lack = Literal[
    # Tasks that the account does not support.
    "import-products",
    "write-inventory-back",
    "update-tracking",
    "split-order",
    "cancel-orders",
    "report-shortages",
    # Features that its orders lack; the optional fields follow below.
    "comments",  # a timeline that people read
    "own-orders",  # orders that this portal's Supplier does not ship
    "reassigning",  # to another supplier
    "relisting",  # the same lines in another sequence
    "requesting-again",  # a cancelled order is requested again
    "listing",  # of all its orders
    "shipped-orders",  # an order that is shipped is not read as one to ship
    "line-order",  # lines are read in the sequence in which they were placed
    "own-splits",  # splits by the Merchant's people
    "withdrawn-cancellations",  # a cancellation ends before its step is settled
    "known-ids",  # an unknown order or product is refused
    "details",  # of a line, such as what is engraved
    "order-tags",  # tags that people give an order
    "payments",  # it shows which orders are paid
    "risks",  # a recommendation about fraud
    # Features that its products lack.
    "assigned-products",  # products that only one supplier sees
    "archiving",
    "kits",
    "unshipped-goods",  # at a Merchant: products that need no shipping
    "made-products",  # products exist without a count
    "uncounted",  # an unknown stock, which is not 0
    "oversold",  # a stock below 0
    "commitments",  # a stock that falls when an order is created
    # Features that its labels lack.
    "label-cost",
    "label-method",
    "label-time",  # otherwise the label has a day only
    "label-warehouse",
    "voided-labels",  # otherwise a voided label is deleted
    "label-history",  # a voided label is kept next to the new one
    "several-parcels",  # several parcels of one order, each with some units
    "several-numbers",  # several numbers of one parcel
    "second-labels",  # a second label of an order that may be shipped completely
    "parcels",  # each parcel of an order is reported by itself
    "parcel-lines",  # the units of a parcel
    "more-numbers",  # at a Merchant: a further number besides that of the first parcel
    "bare-numbers",  # at a Merchant: a number without the units of its parcel
    "cancelled-units",  # at a Merchant: some units are cancelled, and the others are not
    "reductions",  # at a Supplier: the units of a line are lowered
    "short-cancellations",  # at a Merchant: only the short units of an order are cancelled
    "held-units",  # at a Merchant: some units are held, and the others are not
    "short-units",  # at a Supplier: some units are cancelled, and the others are not
    "backorders",  # at a Supplier: units that come later
    "restored-orders",  # at a Supplier: a cancelled order is opened again
    "reasons",  # at a Supplier: why units are short
    # Edits at a Supplier.
    "edits",  # edits are written
    "shown-orders",  # an order is shown as it is now, to compare it before an edit
    "method-edits",
    "bill_to-edits",  # the Bill To address of a contact
    "holds",  # ordosync holds an order, so that it is not sent
    "own-holds",  # its people hold orders, too
    "unsent-labels",  # a label is made before the order is sent
    # States that its orders lack.
    "piece-orders",  # a piece is not read as a separate order
    "late-pieces",  # pieces that appear some time after the split
    "cancelled-shipped",  # cancelled, although it is shipped
    "cancelled-pieces",  # a piece is cancelled without the others
    "nested-splits",  # a piece is split again
    # Optional fields of an order.
    "ship_to_email",
    "ship_to_phone",
    "bill_to_address",
    "bill_to_email",
    "bill_to_phone",
    "customer_notes",
    "internal_notes",
    "line_total",
    "line_discount",
    "order_discount",
    "tags",
    "supplier_sku",
    "supplier_unit_cost",
    "placed_at",
]
"""Features that a kind of account can lack. A test that needs one is skipped."""

Tested = TypeVar("Tested", bound=Callable[..., Any])

OPTIONAL: tuple[str, ...] = get_args(Optional)


@dataclass(frozen=True, kw_only=True)
class ShownTracking:
    """Tracking of a parcel in the Merchant's order; fields that its kind lacks stay empty."""

    number: str
    voided: bool = False
    carrier: str = ""
    method: str = ""
    cost: Decimal | None = None
    warehouse: str = ""
    shipped_at: datetime | None = None


class People(ABC):
    """People who work in an account."""

    lacks: ClassVar[frozenset[Lack]] = frozenset()
    unknown_id: ClassVar[str] = "404404"
    """An id that no object of the account has."""
    pair: Mapping[str, object] = {}
    """Options of the account in a portal."""
    portal: Mapping[str, object] = {}
    """Further options of the portal, such as the selection of products."""

    def __init__(self, folder: Path, clock: VirtualClock) -> None:
        self.folder, self.clock = folder, clock
        self.connections = Connections(clock)

    @property
    @abstractmethod
    def options(self) -> Mapping[str, object]:
        """Return the account's configuration; paths are relative to the folder."""

    def settle(self) -> datetime:
        """Wait until every change can be read; return the time."""
        self.clock.at += timedelta(minutes=2)
        return self.clock.now()

    def close(self) -> None:
        """Close connections; stop a fake service."""
        self.connections.close()

    @abstractmethod
    def everything(self) -> object:
        """Return the whole content of the account, to compare it before and after."""

    @abstractmethod
    def status(self, order_id: str) -> str:
        """Return the status of an order or piece, in the words of `Order.status`."""

    def timeline(self, order_id: str) -> Sequence[str]:
        """Return the comments on an order, the newest last."""
        raise NotImplementedError


class MerchantPeople(People):
    """The seller. The account knows the portal's Supplier as `northwind` or by an option."""

    @abstractmethod
    def request(self, order: Order) -> str:
        """Place an order that this portal's Supplier must ship; return its id."""

    def request_all(self, orders: Sequence[Order]) -> list[str]:
        """Place several such orders; return their ids."""
        return [self.request(order) for order in orders]

    def take(self, order: Order) -> str:
        """Place an order that the portal's Supplier is not to ship; return its id."""
        raise NotImplementedError

    def cancel(self, order_id: str) -> None:
        """Cancel an open order."""
        raise NotImplementedError

    def cancel_rest(self, order_id: str) -> None:
        """Cancel everything of an order, or of its pieces, that is not sent."""
        self.cancel(order_id)

    def request_again(self, order_id: str) -> None:
        """Request a cancelled order from the same Supplier again."""
        raise NotImplementedError

    def relist(self, order_id: str) -> None:
        """List the lines of an order in another sequence, and mark the order as updated."""
        raise NotImplementedError

    def reassign(self, order_id: str) -> None:
        """Give a requested order to another supplier."""
        raise NotImplementedError

    def split(self, order_id: str, *pieces: Sequence[int]) -> Sequence[str]:
        """Split an order into pieces with these quantities of each line; return the pieces' ids."""
        raise NotImplementedError

    def add_product(self, product: Product, *, other: bool = False) -> str:
        """Add a product of this portal's Supplier, or of another; return its id."""
        raise NotImplementedError

    def archive(self, sku: str) -> None:
        """Stop selling a product, but keep it."""
        raise NotImplementedError

    def mark_unshipped(self, sku: str) -> None:
        """Mark an existing product as one that needs no shipping."""
        raise NotImplementedError

    def count(self, sku: str, quantity: int) -> None:
        """Set the quantity that `write-inventory-back` would replace."""
        raise NotImplementedError

    def physical(self, sku: str) -> int | None:
        """Return the quantity that `write-inventory-back` would replace; None if never counted."""
        raise NotImplementedError

    def cancel_units(self, order_id: str, *units: int) -> None:
        """Cancel or refund these quantities of the unshipped lines of an order."""
        raise NotImplementedError

    def raise_units(self, order_id: str, *units: int) -> None:
        """Add these quantities to the lines of an order."""
        raise NotImplementedError

    def tag(self, order_id: str, *tags: str) -> None:
        """Give an order these tags, in place of its earlier ones."""
        raise NotImplementedError

    def set_paid(self, order_id: str, *, is_paid: bool) -> None:
        """Mark an order as paid or not paid."""
        raise NotImplementedError

    def rate(self, order_id: str, recommendation: str) -> None:
        """Recommend what to do about the risk of an order, in lower case."""
        raise NotImplementedError

    def move(self, order_id: str, street: str) -> None:
        """Change the street to which an order is shipped."""
        raise NotImplementedError

    def add_line(self, order_id: str, sku: str, quantity: int) -> None:
        """Add a line with another SKU to an order."""
        raise NotImplementedError

    def tracking(self, order_id: str) -> Sequence[ShownTracking]:
        """Return the tracking of an order or piece, the newest last."""
        raise NotImplementedError

    def sent_units(self, order_id: str) -> Mapping[str, int]:
        """Return the units that the order shows as sent, by SKU; its pieces are included."""
        raise NotImplementedError

    def all_numbers(self, order_id: str) -> Sequence[str]:
        """Return the valid tracking numbers of an order, and of the pieces of it."""
        return numbers(self.tracking(order_id))

    def pieces(self, order_id: str) -> Mapping[str, Sequence[tuple[str, int]]]:
        """Return the pieces of an order: SKUs and quantities by piece id."""
        raise NotImplementedError


class SupplierPeople(People):
    """The shipper."""

    @abstractmethod
    def orders(self) -> Sequence[Order]:
        """Return all orders that wait to be shipped."""

    def order(self, order_id: str) -> Order:
        """Return one order that waits to be shipped."""
        [match] = [order for order in self.orders() if order.id == order_id]
        return match

    def ship(self, order_id: str, parcel: Shipment) -> None:
        """Ship an order or piece; ids of the parcel do not matter."""
        raise NotImplementedError

    def is_held(self, order_id: str) -> bool:
        """True if an order must not be shipped, because ordosync or a user holds it."""
        raise NotImplementedError

    def hold(self, order_id: str) -> None:
        """Hold an order by the account's own means."""
        raise NotImplementedError

    def label(self, order_id: str) -> None:
        """Make a label for an order that is not sent yet."""
        raise NotImplementedError

    def ship_part(self, order_id: str, parcel: Shipment, *units: int) -> None:
        """Ship these quantities of the lines of an order that is not split."""
        raise NotImplementedError

    def ship_with(self, order_id: str, *numbers: str) -> None:
        """Ship an order as one parcel with several tracking numbers."""
        raise NotImplementedError

    def open_units(self, order_id: str) -> Mapping[str, int]:
        """Return the units that are still to be shipped, by SKU; 0 is left out."""
        raise NotImplementedError

    def take_off(self, order_id: str, *units: int) -> None:
        """Remove these quantities from the unshipped lines of an order."""
        raise NotImplementedError

    def recall(self, order_id: str, number: str) -> None:
        """Take one of several parcels of an order back."""
        raise NotImplementedError

    def void(self, order_id: str) -> None:
        """Void the label of an order or piece, which reopens it."""
        raise NotImplementedError

    def split(self, order_id: str, *pieces: Sequence[int]) -> Sequence[str]:
        """Split an order into pieces with these quantities of each line; return the pieces' ids."""
        raise NotImplementedError

    def cancel(self, order_id: str) -> None:
        """Cancel an open order."""
        raise NotImplementedError

    def restore(self, order_id: str) -> None:
        """Open a cancelled order again."""
        raise NotImplementedError

    def shorten(self, order_id: str, reason: ShortageReason, *units: int) -> None:
        """Cancel these quantities of the unshipped lines of an order, for a reason."""
        raise NotImplementedError

    def backorder(self, order_id: str, expected: date, *units: int) -> None:
        """Say that these quantities of the lines of an order come later."""
        raise NotImplementedError

    def products(self) -> Sequence[Product]:
        """Return all products."""
        raise NotImplementedError

    def count(self, sku: str, quantity: int) -> None:
        """Set the quantity on hand; create the product if it is new."""
        raise NotImplementedError

    def sell(self, sku: str, quantity: int) -> None:
        """Sell a quantity of the Supplier's own orders, not shipped yet."""
        raise NotImplementedError


def needs(*words: Lack) -> Callable[[Tested], Tested]:
    """Mark a test, or each test of a class, with the abilities that its accounts need."""

    def mark(tested: Tested) -> Tested:
        marked = pytest.mark.needs(*words)
        if not isinstance(tested, type):
            marked(tested)
            return tested
        # A mark on the class itself would apply to all its subclasses and their tests.
        for name, test in vars(tested).items():
            if name.startswith("test_"):
                marked(test)
        return tested

    return mark


def skip_what_is_lacking(request: pytest.FixtureRequest, *people: People) -> None:
    """Skip a test, with a reason, if one of the accounts lacks what it needs."""
    for mark in request.node.iter_markers("needs"):
        for side in people:
            for word in mark.args:
                if word in side.lacks:
                    pytest.skip(f"{type(side).__name__} cannot hold: {word}")


def expected_tracking(parcel: Shipment, *people: People) -> ShownTracking:
    """Return the tracking that an order of these people shows for a parcel."""
    lacks = {word for side in people for word in side.lacks}
    shipped_at = parcel.shipped_at
    if "label-time" in lacks:
        shipped_at = datetime.combine(shipped_at.astimezone(UTC), time(), UTC)
    return ShownTracking(
        number=parcel.tracking_number,
        voided=parcel.voided,
        carrier=parcel.carrier,
        method="" if "label-method" in lacks else parcel.method,
        cost=None if "label-cost" in lacks else parcel.cost,
        warehouse="" if "label-warehouse" in lacks else parcel.warehouse,
        shipped_at=shipped_at,
    )


def numbers(trackings: Sequence[ShownTracking]) -> list[str]:
    """Return the tracking numbers that are valid."""
    return [tracking.number for tracking in trackings if not tracking.voided]
