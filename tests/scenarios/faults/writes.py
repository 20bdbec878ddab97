"""Each write to a remote account, and the situation that makes it pending."""

from collections.abc import Callable
from dataclasses import dataclass

from ordosync.accounts.account import Role
from tests.accounts.contract.examples import line, parcel, product, sold
from tests.accounts.contract.over_http import Write
from tests.accounts.contract.people import Lack
from tests.fakes.faults import Kind
from tests.scenarios.faults.portal import Troubled


@dataclass(frozen=True, kw_only=True)
class PendingWrite:
    """A task whose next run makes only this write, once, in the remote account of this role."""

    write: Write
    task: str
    role: Role
    arrange: Callable[[Troubled], object]
    needs: tuple[Lack, ...] = ()
    is_refused: bool = False
    """True if its step ends as failed: the write is a comment on a refusal."""
    name: str = ""
    """Distinguishes it from another situation with the same write."""
    is_part: bool = False
    """True if units stay open, so that a service that is asked twice sends the part twice."""
    only: tuple[str, ...] = ()
    """The kinds that make this write for it; empty: all."""

    def __str__(self) -> str:
        return f"{self.role}-{self.name or self.write}"


def _imported(troubled: Troubled) -> tuple[str, str]:
    return troubled.pair.imported("1001", line("MUG", 2))


def _new_order(troubled: Troubled) -> None:
    # The portal has a link, so it does not search before it creates.
    troubled.pair.imported("1000")
    troubled.merchant.request(sold("1001"))
    troubled.pair.merchant.settle()


def _cancelled(troubled: Troubled) -> None:
    merchant_id, _ = _imported(troubled)
    troubled.merchant.cancel(merchant_id)


def _cancelled_when_shipped(troubled: Troubled) -> None:
    merchant_id, supplier_id = _imported(troubled)
    troubled.supplier.ship(supplier_id, parcel())
    troubled.merchant.cancel(merchant_id)


def _shipped(troubled: Troubled) -> str:
    _, supplier_id = _imported(troubled)
    troubled.supplier.ship(supplier_id, parcel())
    return supplier_id


def _part_shipped(troubled: Troubled) -> None:
    _, supplier_id = _imported(troubled)
    troubled.supplier.ship_part(supplier_id, parcel(), 1)


def _voided(troubled: Troubled) -> None:
    supplier_id = _shipped(troubled)
    troubled.pair.run("update-tracking")
    troubled.supplier.void(supplier_id)


def _split(troubled: Troubled) -> None:
    _, supplier_id = _imported(troubled)
    troubled.supplier.split(supplier_id, (1,), (1,))


def _new_product(troubled: Troubled) -> None:
    troubled.merchant.add_product(product("MUG"))


def _moved(troubled: Troubled) -> None:
    troubled.pair.configure(edits={"address": "apply"})
    merchant_id, _ = _imported(troubled)
    troubled.merchant.move(merchant_id, "7 Canary Lane")
    troubled.pair.merchant.settle()


def _extended(troubled: Troubled) -> None:
    troubled.pair.configure(edits={"lines": "apply"})
    merchant_id, _ = _imported(troubled)
    troubled.supplier.count("PEN", 10)
    troubled.merchant.add_line(merchant_id, "PEN", 3)
    troubled.pair.merchant.settle()


def _counted(troubled: Troubled) -> None:
    troubled.merchant.add_product(product("MUG"))
    troubled.merchant.count("MUG", 10)
    troubled.pair.run("import-products")
    troubled.supplier.count("MUG", 375)


_EDITING = ("ordoro", "shopify", "woocommerce")
"""The kinds whose last call for an edit `Write` names."""

WRITES = (
    PendingWrite(write="create-order", task="import-orders", role="supplier", arrange=_new_order),
    PendingWrite(
        write="cancel-order",
        task="cancel-orders",
        role="supplier",
        arrange=_cancelled,
        needs=("cancel-orders",),
    ),
    PendingWrite(
        write="edit-order",
        task="import-orders",
        role="supplier",
        arrange=_moved,
        needs=("edits",),
        only=_EDITING,
    ),
    PendingWrite(
        write="add-line",
        task="import-orders",
        role="supplier",
        arrange=_extended,
        needs=("edits",),
        only=_EDITING,
    ),
    PendingWrite(
        write="comment",
        task="cancel-orders",
        role="supplier",
        arrange=_cancelled_when_shipped,
        needs=("cancel-orders", "comments"),
        is_refused=True,
    ),
    PendingWrite(
        write="create-product",
        task="import-products",
        role="supplier",
        arrange=_new_product,
        needs=("import-products",),
    ),
    PendingWrite(
        write="add-tracking",
        task="update-tracking",
        role="merchant",
        arrange=_shipped,
        needs=("update-tracking",),
    ),
    PendingWrite(
        write="add-tracking",
        name="ship-part",
        is_part=True,
        task="update-tracking",
        role="merchant",
        arrange=_part_shipped,
        needs=("update-tracking", "parcels", "parcel-lines"),
    ),
    # Where an order is shipped as a whole, the units of a parcel are split off first.
    PendingWrite(
        write="split-order",
        name="split-for-parcel",
        task="update-tracking",
        role="merchant",
        arrange=_part_shipped,
        needs=("update-tracking", "parcels", "parcel-lines"),
        only=("ordoro",),
    ),
    PendingWrite(
        write="void-tracking",
        task="update-tracking",
        role="merchant",
        arrange=_voided,
        needs=("update-tracking",),
    ),
    PendingWrite(
        write="split-order",
        task="split-order",
        role="merchant",
        arrange=_split,
        needs=("split-order",),
    ),
    PendingWrite(
        write="write-stock",
        task="write-inventory-back",
        role="merchant",
        arrange=_counted,
        needs=("write-inventory-back",),
    ),
    PendingWrite(
        write="comment",
        task="cancel-orders",
        role="merchant",
        arrange=_cancelled_when_shipped,
        needs=("cancel-orders", "comments"),
        is_refused=True,
    ),
)

FAULTS: tuple[Kind, ...] = ("reset", "throttled", "lost-reset", "lost-502", "cut", "twice")
"""The faults that each write meets, two of them in the fast tests."""
MORE_FAULTS: tuple[Kind, ...] = (
    "close",
    "unavailable",
    "lost-close",
    "lost-500",
    "cut-unframed",
    "empty",
    "no-content",
    "html",
    "garbage",
    "latin-1",
)
"""More faults; each write meets a third of them in the slow tests."""


def is_rare(pending: PendingWrite, fault: Kind) -> bool:
    """True if a fault meets other writes of each kind, and other faults meet this write."""
    return (WRITES.index(pending) + (*FAULTS, *MORE_FAULTS).index(fault)) % 3 > 0
