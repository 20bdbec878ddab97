"""The people of an account: what they do by its own means, not through what is tested, and see.

Each kind of account implements both or one of them. The time is a virtual clock's, which the
people's foreign service, if any, goes by as well. Orders and pieces go by their ids.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar, Literal, TypeVar, get_args

import pytest

from ordosync.accounts.connections import Connections
from ordosync.config.settings import Optional
from ordosync.models import Order, Product, Shipment
from tests.support.clock import VirtualClock

Lack = Literal[
    # Tasks that it takes no part in.
    "import-products",
    "write-inventory-back",
    "update-tracking",
    "split-order",
    "cancel-orders",
    # What its orders do not have; further down: the optional fields.
    "comments",  # a timeline that people read
    "own-orders",  # beside those of this portal's Supplier
    "reassigning",  # to another supplier
    "relisting",  # the same lines, shown in another order
    "requesting-again",  # what was cancelled
    "listing",  # of all its orders
    "shipped-orders",  # which it knows, and does not show as orders to ship
    "line-order",  # lines are read in the order in which they were placed
    "own-splits",  # which the Merchant's people make
    "withdrawn-cancellations",  # of which a step is not settled
    "known-ids",  # an order or product that is not there is refused
    "details",  # of a line, such as what is engraved
    # What its products do not have.
    "assigned-products",  # which only one supplier learns of
    "archiving",
    "kits",
    "made-products",  # a list of products besides what was counted
    "uncounted",  # a stock that is not 0 and not known
    "oversold",  # a stock below 0
    "commitments",  # a stock that falls as soon as an order is created
    # What its labels do not have.
    "label-cost",
    "label-method",
    "label-time",  # only the day
    "label-warehouse",
    "voided-labels",  # they are simply gone
    "label-history",  # a voided label stays beside the next one
    "several-parcels",  # of one order, each with some of its units
    "several-numbers",  # of one parcel
    "second-labels",  # of an order of which it does not know whether all of it was sent
    # What its orders cannot be.
    "piece-orders",  # a piece is not read as an order of its own
    "late-pieces",  # which are there only some time after the split
    "cancelled-shipped",  # cancelled, although it is shipped
    "cancelled-pieces",  # a piece is cancelled without the others
    "nested-splits",  # a piece is split in its turn
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
]
"""Words for what a kind of account cannot hold. A test that needs it says so, and is skipped."""

Tested = TypeVar("Tested", bound=Callable[..., Any])

OPTIONAL: tuple[str, ...] = get_args(Optional)


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the Merchant's order says of a parcel; what its kind cannot hold is left as it is."""

    number: str
    voided: bool = False
    carrier: str = ""
    method: str = ""
    cost: Decimal | None = None
    warehouse: str = ""
    shipped_at: datetime | None = None


class People(ABC):
    """Who works in an account."""

    lacks: ClassVar[frozenset[Lack]] = frozenset()
    unknown_id: ClassVar[str] = "404404"
    """An id that nothing in the account has."""
    pair: Mapping[str, object] = {}
    """The options that belong to the pair, as a portal says them."""
    portal: Mapping[str, object] = {}
    """What the portal has to say besides, such as which products it is about."""

    def __init__(self, folder: Path, clock: VirtualClock) -> None:
        self.folder, self.clock = folder, clock
        self.connections = Connections(clock)

    @property
    @abstractmethod
    def options(self) -> Mapping[str, object]:
        """Return the account as the configuration says it; paths are relative to the folder."""

    def settle(self) -> datetime:
        """Let so much time pass that all that was done can be read; return the time then."""
        self.clock.at += timedelta(minutes=2)
        return self.clock.now()

    def close(self) -> None:
        """Go home; a fake service is stopped."""
        self.connections.close()

    @abstractmethod
    def everything(self) -> object:
        """Return all that is in the account: what was not written to compares equal."""

    @abstractmethod
    def status(self, order_id: str) -> str:
        """See where an order or piece stands, in the words of `Order.status`."""

    def timeline(self, order_id: str) -> Sequence[str]:
        """Read the remarks on an order, the newest last."""
        raise NotImplementedError


class MerchantPeople(People):
    """Who sells. The portal's Supplier is known to the account as `northwind` or by an option."""

    @abstractmethod
    def request(self, order: Order) -> str:
        """Take an order that this portal's Supplier is to ship; return its id."""

    def request_all(self, orders: Sequence[Order]) -> list[str]:
        """Take many."""
        return [self.request(order) for order in orders]

    def take(self, order: Order) -> str:
        """Take an order that the portal's Supplier is not to ship; return its id."""
        raise NotImplementedError

    def cancel(self, order_id: str) -> None:
        """Cancel an open order."""
        raise NotImplementedError

    def request_again(self, order_id: str) -> None:
        """Request a cancelled order from the same Supplier once more."""
        raise NotImplementedError

    def relist(self, order_id: str) -> None:
        """Let the service show the lines of an order in another order, and as touched."""
        raise NotImplementedError

    def reassign(self, order_id: str) -> None:
        """Give a requested order to another supplier."""
        raise NotImplementedError

    def split(self, order_id: str, *pieces: Sequence[int]) -> Sequence[str]:
        """Split an order, of each line so many into each piece; return the pieces' ids."""
        raise NotImplementedError

    def add_product(self, product: Product, *, other: bool = False) -> str:
        """Sell a product of this portal's Supplier, or another's; return its id."""
        raise NotImplementedError

    def archive(self, sku: str) -> None:
        """Sell a product no more, but keep it."""
        raise NotImplementedError

    def count(self, sku: str, quantity: int) -> None:
        """Write how many there are, where the account would be told it."""
        raise NotImplementedError

    def physical(self, sku: str) -> int | None:
        """See how many there are, where the account is told it; None: never counted."""
        raise NotImplementedError

    def tracking(self, order_id: str) -> Sequence[Told]:
        """See what an order or piece was told of parcels, the newest last."""
        raise NotImplementedError

    def pieces(self, order_id: str) -> Mapping[str, Sequence[tuple[str, int]]]:
        """See what an order is split into, as split: SKUs and quantities by the piece's id."""
        raise NotImplementedError


class SupplierPeople(People):
    """Who ships."""

    @abstractmethod
    def orders(self) -> Sequence[Order]:
        """Read all orders that wait to be shipped."""

    def order(self, order_id: str) -> Order:
        """Read one of them."""
        [found] = [order for order in self.orders() if order.id == order_id]
        return found

    def ship(self, order_id: str, parcel: Shipment) -> None:
        """Send an order or piece; ids of the parcel do not matter."""
        raise NotImplementedError

    def ship_part(self, order_id: str, parcel: Shipment, *units: int) -> None:
        """Send so many of each line of an order that is in one piece."""
        raise NotImplementedError

    def ship_with(self, order_id: str, *numbers: str) -> None:
        """Send an order as one parcel with several tracking numbers."""
        raise NotImplementedError

    def take_off(self, order_id: str, *units: int) -> None:
        """Take so many of each line off an order, of those that are still to be sent."""
        raise NotImplementedError

    def recall(self, order_id: str, number: str) -> None:
        """Take one of several parcels of an order back."""
        raise NotImplementedError

    def void(self, order_id: str) -> None:
        """Delete the label of an order or piece, which is open again."""
        raise NotImplementedError

    def split(self, order_id: str, *pieces: Sequence[int]) -> Sequence[str]:
        """Split an order, of each line so many into each piece; return the pieces' ids."""
        raise NotImplementedError

    def cancel(self, order_id: str) -> None:
        """Cancel an open order."""
        raise NotImplementedError

    def products(self) -> Sequence[Product]:
        """Read all products."""
        raise NotImplementedError

    def count(self, sku: str, quantity: int) -> None:
        """Count what is on the shelf, and make the product if it is new."""
        raise NotImplementedError

    def sell(self, sku: str, quantity: int) -> None:
        """Sell so many by themselves, not shipped yet."""
        raise NotImplementedError


def needs(*words: Lack) -> Callable[[Tested], Tested]:
    """Say what a test, or each test of a class, needs its people's accounts to hold."""

    def mark(tested: Tested) -> Tested:
        marked = pytest.mark.needs(*words)
        if not isinstance(tested, type):
            marked(tested)
            return tested
        # A mark on the class itself would hold for all classes that inherit it, and their tests.
        for name, test in vars(tested).items():
            if name.startswith("test_"):
                marked(test)
        return tested

    return mark


def skip_what_is_lacking(request: pytest.FixtureRequest, *people: People) -> None:
    """Skip a test that needs what one of them cannot hold, and say so."""
    for mark in request.node.iter_markers("needs"):
        for one in people:
            for word in mark.args:
                if word in one.lacks:
                    pytest.skip(f"{type(one).__name__} cannot hold: {word}")


def told(parcel: Shipment, *people: People) -> Told:
    """Return what an order of such people's says of a parcel that was sent."""
    lacks = {word for one in people for word in one.lacks}
    shipped_at = parcel.shipped_at
    if "label-time" in lacks:
        shipped_at = datetime.combine(shipped_at.astimezone(UTC), time(), UTC)
    return Told(
        number=parcel.tracking_number,
        voided=parcel.voided,
        carrier=parcel.carrier,
        method="" if "label-method" in lacks else parcel.method,
        cost=None if "label-cost" in lacks else parcel.cost,
        warehouse="" if "label-warehouse" in lacks else parcel.warehouse,
        shipped_at=shipped_at,
    )


def numbers(trackings: Sequence[Told]) -> list[str]:
    """Return the tracking numbers that hold."""
    return [tracking.number for tracking in trackings if not tracking.voided]
