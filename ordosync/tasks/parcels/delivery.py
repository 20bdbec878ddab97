"""Delivery of tracking numbers: the writes at the Merchant, in order, and their outcomes."""

from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from ordosync.accounts.account import required
from ordosync.accounts.merchant import MerchantTracking
from ordosync.models import Outcome, Shipment
from ordosync.tasks.base import Portal
from ordosync.tasks.parcels.labels import TrackingUpdate
from ordosync.tasks.parcels.steps import FURTHER


def write_updates(portal: Portal, updates: Sequence[TrackingUpdate]) -> list[Outcome]:
    """Write the updates in order; before a label replaces another one, that one is voided.

    If the Merchant takes pieces, the number of a parcel that completes no pack is a comment.
    """
    tracking = required(portal.merchant.tracking)
    numbers = [update for update in updates if update.completes_no_pack]
    if not numbers or tracking.takes != "pieces":
        return _write(tracking, updates)
    outcomes = iter(_write(tracking, [update for update in updates if update not in numbers]))
    return [_only_named(update) if update in numbers else next(outcomes) for update in updates]


def _only_named(update: TrackingUpdate) -> Outcome:
    return Outcome(
        state="done",
        id=update.link.merchant_id,
        code=FURTHER,
        reason="is only a comment, as it completes no pack",
    )


def _write(tracking: MerchantTracking, updates: Sequence[TrackingUpdate]) -> list[Outcome]:
    writes = [_writes_of(update) for update in updates]
    outcomes: list[Outcome] = []
    for shipments, voided in _in_order([shipment for each in writes for shipment in each]):
        write = tracking.void if voided else tracking.add
        outcomes += write(shipments)
    results = iter(outcomes)
    return [_of_all([next(results) for _ in each]) for each in writes]


def _writes_of(update: TrackingUpdate) -> Sequence[Shipment]:
    """Return the writes of an update: other numbers are void before its own one is written."""
    shipment = update.shipment
    others = [update.replaces] if update.replaces else []
    others += shipment.more_numbers if shipment.voided else ()
    return [
        *(replace(shipment, tracking_number=it, voided=True, lines=None) for it in others),
        shipment,
    ]


def _of_all(outcomes: Sequence[Outcome]) -> Outcome:
    """Return the outcome of the first write that did not succeed, otherwise of the last one."""
    failed = (outcome for outcome in outcomes if outcome.state not in ("done", "unchanged"))
    return next(failed, outcomes[-1])


def _in_order(shipments: Sequence[Shipment]) -> Iterator[tuple[list[Shipment], bool]]:
    """Yield groups of neighbours that are all added or all voided."""
    group: list[Shipment] = []
    for shipment in shipments:
        if group and group[-1].voided != shipment.voided:
            yield group, group[-1].voided
            group = []
        group.append(shipment)
    if group:
        yield group, group[-1].voided


def as_further(
    portal: Portal, updates: Mapping[str, TrackingUpdate], outcomes: Mapping[str, Outcome]
) -> Mapping[str, Outcome]:
    """Return new outcomes for numbers refused because the order has one of this Supplier already.

    An account that holds several numbers gets it as a further one, without units. If the Merchant
    entered the other number itself, the outcome stays `other-tracking`.
    """
    refused_keys = [key for key in updates if outcomes[key].code == "other-tracking"]
    numbers = _reported_numbers(portal, updates, outcomes) if refused_keys else {}
    late = [key for key in refused_keys if numbers.get(updates[key].shipment.order_id)]
    if not late:
        return {}
    tracking = required(portal.merchant.tracking)
    if tracking.takes in ("lines", "numbers"):
        further = [
            replace(updates[key].shipment, lines=None, is_last=False, more_numbers=())
            for key in late
        ]
        return dict(zip(late, tracking.add(further), strict=True))
    return {
        key: replace(
            outcomes[key],
            code=FURTHER,
            reason=f"the order already has {numbers[updates[key].shipment.order_id][-1]} of this"
            " Supplier, and can hold only one number",
        )
        for key in late
    }


def _reported_numbers(
    portal: Portal, updates: Mapping[str, TrackingUpdate], outcomes: Mapping[str, Outcome]
) -> Mapping[str, Sequence[str]]:
    """Return the valid numbers of these orders that were reported, in this batch or before it."""
    order_ids = sorted({update.shipment.order_id for update in updates.values()})
    numbers = {
        order_id: [link.number for link in parcels if link.state == "live"]
        for order_id, parcels in portal.links.parcels_of(order_ids).items()
    }
    for key, update in updates.items():  # The numbers of this batch are not linked yet.
        if outcomes[key].state in ("done", "unchanged"):
            shipment = update.shipment
            of_order = numbers.setdefault(shipment.order_id, [])
            if not shipment.voided:
                of_order.append(shipment.tracking_number)
            elif shipment.tracking_number in of_order:
                of_order.remove(shipment.tracking_number)
    return numbers
