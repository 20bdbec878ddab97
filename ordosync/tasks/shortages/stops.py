"""Stops of products that the Supplier ran out of: write-inventory-back shows 0 of them."""

from ordosync.models import normalized_sku
from ordosync.store.stock_stops import Stop
from ordosync.tasks.base import Portal
from ordosync.tasks.shortages.changes import LineChange, OrderChange


def stops_of(portal: Portal, change: OrderChange) -> tuple[Stop, ...]:
    """Return the stops that follow from a shortage, by the reasons of `zero_stock:`.

    The reason of an order with several lines does not say which product is missing, and an order
    that was deleted has no reason; then nothing is stopped.
    """
    reasons = portal.config.shortages.zero_stock
    if not reasons or change.shortage.is_deleted:
        return ()
    is_single = len(change.lines) + len(change.standing) == 1
    return tuple(
        _stop(portal, change, line)
        for line in change.lines
        if line.sku
        and line.after.reason in reasons
        and (line.cancelled > 0 or line.backordered)
        and (line.has_own_reason or is_single)
    )


def _stop(portal: Portal, change: OrderChange, line: LineChange) -> Stop:
    now, after = portal.clock.now(), portal.config.shortages.resume.after
    is_lasting = line.after.reason == "discontinued"
    return Stop(
        key=normalized_sku(line.sku),
        sku=line.sku,
        reason=line.after.reason,
        note=f"order {change.link.merchant_id}",
        since=now,
        until=None if is_lasting or after is None else now + after,
    )
