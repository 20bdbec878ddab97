"""An account of a service in a dry run: reads reach it, and no write does.

Each write is answered as if the service had accepted it, with ids that only this dry run knows. So
a preview does not know what only the service can refuse. A part has no access to the service
except by the reads that are listed here: a new write cannot be forgotten.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import count
from typing import Any, ClassVar, TypeVar

from msgspec.structs import replace as replaced

from ordosync.accounts.account import Account, PortalContext
from ordosync.accounts.connections import Connections
from ordosync.accounts.merchant import Merchant
from ordosync.accounts.portal_account import PersonalDataRemoval
from ordosync.accounts.supplier import Supplier, SupplierEdits, SupplierOrders
from ordosync.edits import EditableOrder, OrderEdit
from ordosync.models import (
    Order,
    Outcome,
    ParcelLine,
    Piece,
    PieceLine,
    Shipment,
    Split,
    refused,
)
from ordosync.order_checks import refusal

Part = TypeVar("Part")
Account_ = TypeVar("Account_", Merchant, Supplier)
Answers = Mapping[str, Callable[..., Any]]

READS = frozenset({
    *("changed", "by_id", "all", "of", "current", "current_of", "unimported_sales", "among"),
    *("ancestors", "line_claims", "is_beside", "find", "statuses", "reference_on"),
    *("requires_address", "reports_reassigned", "takes", "number_prefix", "can_reduce"),
    *("is_any_sku", "similar", "silent_batch_size", "lists_all_parcels", "has", "is_spooled"),
    *("groups", "can_hold", "can_cancel", "falls_with_orders", "falls_with_sales"),
    *("reports_archived", "similar_is_free"),
})  # fmt: skip
"""The members of parts that read only."""


class DryRunAccount(Account):
    """An account whose portals read from it, and write nowhere."""

    kind: ClassVar[str] = "dry-run"

    def __init__(self, account: Account) -> None:
        self._account = account

    def merchant(self, options: Any, portal: PortalContext, at: Connections) -> Merchant:
        """Open the account as a portal's Merchant."""
        merchant = _without_common_writes(self._account.merchant(options, portal, at))
        return replace(
            merchant,
            orders=_part(merchant.orders, {"acknowledge": _nothing}),
            cancellations=_part(merchant.cancellations, {"reply": _nothing}),
            products=_part(merchant.products, {}),
            stock=_part(merchant.stock, {"write": _accept}),
            tracking=_part(merchant.tracking, {"add": _add_tracking, "void": _accept}),
            splits=_part(merchant.splits, {"split": _split}),
            shortages=_part(
                merchant.shortages, {"report": _accept, "hold": _accept, "cancel": _accept}
            ),
        )

    def supplier(self, options: Any, portal: PortalContext, at: Connections) -> Supplier:
        """Open the account as a portal's Supplier."""
        supplier = _without_common_writes(self._account.supplier(options, portal, at))
        return replace(
            supplier,
            orders=_part(supplier.orders, {"create": _Creation(supplier.orders)}),
            cancellations=_part(supplier.cancellations, {"cancel": _accept, "reduce": _accept}),
            products=_part(supplier.products, {"create": _accept}),
            stock=_part(supplier.stock, {}),
            shipments=_part(supplier.shipments, {}),
            splits=_part(supplier.splits, {}),
            edits=_part(supplier.edits, _Edits(supplier.edits).answers if supplier.edits else {}),
            shortages=_part(supplier.shortages, {}),
        )


class _ReadOnly:
    """A part whose writes are answered here."""

    def __init__(self, part: object, answers: Answers) -> None:
        self._part = part
        self.answers = answers

    def __getattr__(self, name: str) -> Any:
        if name in self.answers:
            return self.answers[name]
        if name in READS:
            return getattr(self._part, name)
        raise AttributeError(name)


class _Creation:
    """Answers the creation of orders; one that may exist already is looked up."""

    def __init__(self, orders: SupplierOrders) -> None:
        self._orders = orders

    def __call__(self, orders: Sequence[Order], *, look_first: bool = False) -> list[Outcome]:
        references = [order.reference for order in orders]
        existing = self._orders.find(references) if look_first else {}
        return [existing.get(order.reference) or _refused_or_created(order) for order in orders]


class _Edits:
    """Answers edits; an order that was edited is not shown any more, as it has its old values."""

    def __init__(self, edits: SupplierEdits) -> None:
        self._edits = edits
        self._written: set[str] = set()
        self.answers: Answers = {
            "current": self._current,
            "write": self._write,
            "hold": _accept,
            "release": _accept,
        }

    def _current(self, ids: Sequence[str]) -> Mapping[str, EditableOrder]:
        return self._edits.current([id_ for id_ in ids if id_ not in self._written])

    def _write(self, edits: Sequence[OrderEdit]) -> list[Outcome]:
        self._written |= {edit.order_id for edit in edits}
        return [
            Outcome(
                state="done",
                id=edit.order_id,
                line_ids=tuple(_new_id() for line in edit.lines if not line.line_id),
            )
            for edit in edits
        ]


def _refused_or_created(order: Order) -> Outcome:
    """Return the refusal of an order that no account can store, otherwise its creation."""
    reason = refusal(order)
    return refused("invalid-order", reason) if reason else _created(order)


_numbers = count(1)


def _new_id() -> str:
    return f"dry-run-{next(_numbers)}"


def _part(part: Part, answers: Answers) -> Part:
    """Return a part that only reads; None stays None."""
    return part if part is None else _ReadOnly(part, answers)  # type: ignore[return-value]


def _without_common_writes(account: Account_) -> Account_:
    data = account.personal_data

    def remove(order_id: str, *, dry: bool) -> PersonalDataRemoval:  # noqa: ARG001
        return data.remove(order_id, dry=True) if data else PersonalDataRemoval()

    return replace(
        account,
        timeline=_part(account.timeline, {"comment": _nothing, "note": _nothing}),
        personal_data=_part(data, {"remove": remove}),
    )


def _nothing(items: object) -> None:
    """Write nothing."""


def _accept(items: Sequence[object], **options: object) -> list[Outcome]:  # noqa: ARG001
    return [Outcome(state="done", id=_new_id()) for _ in items]


def _created(order: Order) -> Outcome:
    line_ids = tuple(_new_id() for _ in order.lines)
    return Outcome(state="done", id=_new_id(), line_ids=line_ids)


def _add_tracking(shipments: Sequence[Shipment]) -> list[Outcome]:
    return [_tracking_outcome(shipment) for shipment in shipments]


def _tracking_outcome(shipment: Shipment) -> Outcome:
    if not shipment.rest:
        return Outcome(state="done", id=shipment.order_id)
    pieces = tuple(_piece(parts) for parts in (shipment.lines or (), shipment.rest))
    return Outcome(state="done", id=pieces[0].id, pieces=pieces)


def _piece(parts: Sequence[ParcelLine]) -> Piece:
    lines = (
        PieceLine(of_line=part.line_id, quantity=part.quantity, id=_new_id()) for part in parts
    )
    return Piece(id=_new_id(), lines=tuple(lines))


def _split(splits: Sequence[Split]) -> list[Outcome]:
    return [
        Outcome(
            state="done",
            id=split.order_id,
            pieces=tuple(
                replaced(
                    piece,
                    id=_new_id(),
                    lines=tuple(replaced(line, id=_new_id()) for line in piece.lines),
                )
                for piece in split.pieces
            ),
        )
        for split in splits
    ]
