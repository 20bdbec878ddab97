"""Reports pieces that the Merchant split off and cancelled; the Supplier's order is not split."""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from ordosync.models import Outcome
from ordosync.store.links import Link
from ordosync.store.step_rows import StepRef
from ordosync.tasks.base import Decision, Portal, Step
from ordosync.tasks.remarks import Remark, comment


class OwnPiece(Struct, frozen=True, kw_only=True):
    """A piece that the Merchant split off, and the link of the whole order."""

    id: str
    link: Link


_PIECE = ":piece"
"""The suffix of the key of a step that reports a cancelled piece."""
PIECE_NOT_CANCELLED = Outcome(
    state="refused",
    code="piece-cancelled",
    reason="is a part of an order that the Supplier has as a whole, and no task cancels a part; ask"
    " the Supplier not to send it",
)


def steps(portal: Portal, ids: Sequence[str]) -> Iterator[Step]:
    """Yield a step for each piece of an order that the Supplier has as a whole.

    The Merchant split it after the import, and such a split is not sent to the Supplier.
    """
    families = portal.merchant.orders.ancestors(ids) if ids else {}
    ancestors = {ancestor for family in families.values() for ancestor in family}
    links_above = portal.links.of_merchant("order", sorted(ancestors))
    for id_, family in families.items():
        link = next((links_above[ancestor] for ancestor in family if ancestor in links_above), None)
        if link is None or link.state == "split":
            # The pieces of a split order have their own links.
            continue
        step = Step(
            key=f"{id_}#{link.generation}{_PIECE}",
            merchant_id=id_,
            supplier_id=link.supplier_id,
            content="piece-cancelled",
            summary=f"comment on order {link.supplier_id}: a part of it is cancelled",
            payload=OwnPiece(id=id_, link=link),
        )
        yield replace(step, decision=Decision(state="unchanged")) if link.has_ended else step


def settled(portal: Portal, refs: Sequence[StepRef]) -> Mapping[str, Decision]:
    """Return the reported pieces whose whole order is now cancelled."""
    pieces = {
        step.key: step.supplier_id
        for step in refs
        if step.supplier_id and step.key.endswith(_PIECE)
    }
    links = portal.links.of_supplier("order", sorted({*pieces.values()}))
    return {
        key: Decision(state="skipped", code="cancelled", reason="is cancelled with its whole order")
        for key, id_ in pieces.items()
        if id_ in links and links[id_].state in ("cancelled_by_task", "cancelled_by_supplier")
    }


def report(portal: Portal, pieces: Sequence[OwnPiece]) -> None:
    """Add comments in both accounts that no part of the Supplier's order was cancelled."""
    comment(
        portal,
        [
            Remark(
                key=f"piece:{piece.id}",
                merchant_id=piece.id,
                supplier_id=piece.link.supplier_id,
                at_merchant="Not cancelled at the Supplier, whose order"
                f" {piece.link.supplier_id} is not split: ask the Supplier not to send this part",
                at_supplier=f"The Merchant cancelled a part of this order, {piece.id}; nothing was"
                " cancelled here",
            )
            for piece in pieces
        ],
    )
