"""The steps of parcels that cannot be reported: unlinked or without a number."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from msgspec.structs import replace

from ordosync.models import Shipment
from ordosync.store.links import Link
from ordosync.tasks.base import Decision, Step
from ordosync.tasks.parcels.labels import named

_NO_LINK_REST = timedelta(days=1)
"""The time that a parcel waits for a link that an import or a restore may still add."""


def unlinked(item: Shipment, reference: str, *, again: bool) -> Step:
    """Return a step that waits for the link of its order, and fails when it is tried again."""
    merchant_id = reference.partition(":")[2].rpartition("#")[0]
    decision = Decision(
        state="failed" if again else "waiting",
        code="no-link",
        reason=f"belongs to order {item.order_id}, which ordosync sent, but whose link is missing;"
        " `ordosync import-orders` looks for it",
        rest=_NO_LINK_REST,
    )
    # The content differs from that of a parcel, so the parcel is sent once its order is linked.
    return replace(
        named(item), merchant_id=merchant_id or None, content="no-link", decision=decision
    )


def without_tracking(item: Shipment, link: Link) -> Step:
    """Return the step of an order that was marked as shipped without a number."""
    return Step(
        key=f"{item.id}:",
        merchant_id=link.merchant_id,
        supplier_id=item.id,
        content="no-tracking",
        decision=Decision(
            state="skipped",
            code="no-tracking",
            reason=f"was marked as shipped without a tracking number{_contents(item)};"
            " the Merchant still needs one",
        ),
    )


def _contents(item: Shipment) -> str:
    """Return the units of a parcel in parentheses, if the account says which they are."""
    units = ", ".join(f"{part.quantity} {part.sku}" for part in item.lines or () if part.sku)
    return f" ({units})" if units else ""


def of_unknown_piece(
    item: Shipment, links: Mapping[str, Link], *, can_split: bool
) -> Iterator[Step]:
    """Yield the step of a parcel of a piece that the Merchant does not have."""
    link = next((links[id_] for id_ in item.ancestors if id_ in links), None)
    if link and (item.tracking_number or not item.voided):
        decision = _unknown_piece(link, can_split=can_split)
        yield replace(named(item), merchant_id=link.merchant_id, decision=decision)


def _unknown_piece(ancestor_link: Link, *, can_split: bool) -> Decision:
    """Return why a parcel waits or fails whose piece the Merchant does not have."""
    if ancestor_link.state == "live" and can_split:
        return Decision(
            state="waiting", code="split-first", reason="waits until the Merchant's order is split"
        )
    return Decision(
        state="failed",
        code="split-refused",
        reason="belongs to a piece that the Merchant does not have, because its order was not"
        " split; give the Merchant this number",
    )
