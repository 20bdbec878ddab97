"""Splits at the Merchant: an order is split in the same way as the Supplier's order."""

from collections.abc import Sequence

from ordosync.accounts.ordoro.client import OPEN, OrdoroClient, path
from ordosync.accounts.ordoro.schema import LineShape, OrderShape
from ordosync.accounts.ordoro.split_matching import body_of, matched, misfit
from ordosync.accounts.service_client import recheck_refusals
from ordosync.added_units import with_rest_in_first
from ordosync.models import Outcome, ParcelLine, Piece, Split, refused

_READY_TRIES = 3
_NOT_READY = Outcome(state="unknown", code="not-ready", reason="its pieces are not created yet")


class MerchantSplits:
    """Orders and the children that Ordoro makes of them."""

    def __init__(self, client: OrdoroClient) -> None:
        self._client = client

    def split(self, splits: Sequence[Split]) -> list[Outcome]:
        """Split open orders into all of the given pieces or none."""
        write = recheck_refusals(self._split)
        return self._client.service.write_each(splits, write, key=lambda split: split.order_id)

    def _split(self, split: Split) -> Outcome:
        number = split.order_id
        order = self._client.order(number, f"read order {number}")
        if order is None:
            return self._as_split_before(split)
        if order.status not in OPEN:
            code = "cancelled" if order.status == "cancelled" else "already-shipped"
            return refused(code, f"is {order.status}")
        split = with_rest_in_first(split, _parts_of(order.lines))
        wrong = misfit(split, order.lines)
        if wrong:
            return refused("does-not-fit", f"does not fit: {wrong}")
        self._client.http.send(
            "POST",
            path("order", number, "split"),
            list[str],
            action=f"split order {number}",
            json=body_of(split, order.lines),
        )
        self._client.forget_parent(number)
        pieces = self._pieces(split)
        if pieces is None:
            return _NOT_READY
        return Outcome(state="done", id=number, pieces=pieces)

    def _as_split_before(self, split: Split) -> Outcome:
        """Return `unchanged` if an earlier split made the same pieces, otherwise a refusal."""
        parent = self._client.parent(split.order_id)
        if parent is None:
            return refused("not-found", "does not exist")
        if not parent.ready:
            return _NOT_READY
        children = self._children(parent.child_order_numbers or ())
        lines = [line for child in children or () for line in child.lines]
        split = with_rest_in_first(split, _parts_of(lines))
        pieces = matched(split, children) if children is not None else None
        if pieces is None:
            return refused("already-split", "is already split differently")
        return Outcome(state="unchanged", id=split.order_id, pieces=pieces)

    def _pieces(self, split: Split) -> tuple[Piece, ...] | None:
        """Return the pieces of a split; None if they are not ready yet."""
        clock = self._client.service.clock
        for attempt in range(_READY_TRIES):
            if attempt:
                clock.sleep(1)
            parent = self._client.parent(split.order_id)
            if parent and parent.ready:
                children = self._children(parent.child_order_numbers or ())
                return matched(split, children) if children is not None else None
        return None

    def _children(self, numbers: Sequence[str]) -> list[OrderShape] | None:
        """Return these orders; None if one of them was split itself."""
        orders = self._client.orders_now(numbers, "read the pieces")
        return [orders[n] for n in numbers] if len(orders) == len(numbers) else None


def _parts_of(lines: Sequence[LineShape]) -> list[ParcelLine]:
    return [
        ParcelLine(line_id=line.full_id, quantity=line.quantity, sku=line.sku) for line in lines
    ]
