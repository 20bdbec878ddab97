"""Merchant splits: an order is split into fulfillment orders, its pieces.

Each call of `fulfillmentOrderSplit` moves one piece out of the fulfillment order. A split into
three needs two calls and may stop between them. So the fulfillment orders are read first: existing
pieces stay, and only missing pieces are moved out. A metafield of the order records the pieces of
each split order, since Shopify does not.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from msgspec import Struct

from ordosync.accounts.account import outcome_of
from ordosync.accounts.service_client import recheck_outcomes
from ordosync.accounts.shopify.bundle_lines import expanded_split
from ordosync.accounts.shopify.client import ShopifyClient
from ordosync.accounts.shopify.fulfillment_orders import FulfillmentOrders, OrderParts, is_cancelled
from ordosync.accounts.shopify.ids import first_piece, fulfillment_order, line_id, line_item, number
from ordosync.accounts.shopify.location import SupplierLocation
from ordosync.accounts.shopify.queries.fulfillment import SPLIT
from ordosync.accounts.shopify.schema import Id, Part, UserError
from ordosync.models import Outcome, OutcomeState, Piece, PieceLine, Split, refused

Shares = Counter[str]
"""Quantities by line item of the whole order."""


class _Moved(Struct, frozen=True, rename="camel"):
    remaining_fulfillment_order: Id
    """The piece that was moved out: Shopify's name for it is misleading."""


class _SplitAnswer(Struct, frozen=True, rename="camel"):
    user_errors: list[UserError]
    fulfillment_order_splits: list[_Moved] | None = None


class MerchantSplits:
    """Splits of fulfillment orders."""

    def __init__(
        self,
        client: ShopifyClient,
        location: SupplierLocation,
        fulfillment_orders: FulfillmentOrders,
    ) -> None:
        self._client = client
        self._location = location
        self._fulfillment_orders = fulfillment_orders

    def split(self, splits: Sequence[Split]) -> list[Outcome]:
        """Split fulfillment orders into the given pieces. The original becomes the first piece.

        The splits are made one after the other: several may change the same metafield.
        """
        write = recheck_outcomes(self._split, "does-not-fit")
        return [outcome_of(split, write) for split in splits]

    def _split(self, split: Split) -> Outcome:
        order = self._fulfillment_orders.parts(split.order_id)
        if order is None:
            return refused("not-found", "does not exist")
        recorded = order.history.splits.get(split.order_id)
        if recorded is not None:
            return _as_recorded(split, recorded)
        gid = fulfillment_order(split.order_id)
        root = next((part for part in order.parts if part.id == gid), None)
        if root is None or (is_cancelled(root) and not root.asks_cancellation):
            return refused("cancelled", "is cancelled")
        # An open part may have foreign parcels, so only its status counts.
        if not root.is_open:
            return refused("already-shipped", f"is {root.status.lower()}")
        other_parts = [part for part in order.parts if part is not root]
        existing = _existing_pieces(expanded_split(split), root, other_parts)
        if existing is None:
            if other_parts:
                return refused("already-split", "is already split differently")
            return refused("does-not-fit", "does not fit: its pieces do not add up to its lines")
        return self._move_missing_out(split, order, root, existing)

    def _move_missing_out(
        self, split: Split, order: OrderParts, root: Part, ids_by_place: dict[int, str]
    ) -> Outcome:
        """Move the missing pieces out, and record the split."""
        missing = [place for place in range(len(split.pieces)) if place not in ids_by_place]
        stays = missing.pop(0)
        ids_by_place[stays] = first_piece(split.order_id)
        for place in missing:
            outcome = self._move_out(split, root, place)
            if outcome.state != "done":
                return outcome
            ids_by_place[place] = outcome.id
        ids = [ids_by_place[place] for place in range(len(split.pieces))]
        pieces = {id_: piece.reference for id_, piece in zip(ids, split.pieces, strict=True)}
        splits = {**order.history.splits, split.order_id: pieces}
        self._client.set_metafields(
            [self._location.metafield(order.order, "split", splits)],
            action=f"record the pieces of {split.order_id}",
        )
        return _outcome("done" if missing else "unchanged", split, ids)

    def _move_out(self, split: Split, root: Part, place: int) -> Outcome:
        line_ids = {number(line.line_item.id): line.id for line in root.line_items.nodes}
        lines = [
            {"id": line_ids[line_item(part.of_line)], "quantity": part.quantity}
            for part in expanded_split(split).pieces[place].lines
        ]
        answer = self._client.graphql.write(
            SPLIT,
            dict[str, _SplitAnswer],
            action=f"split fulfillment order {number(root.id)}",
            splits=[{"fulfillmentOrderId": root.id, "fulfillmentOrderLineItems": lines}],
        )["fulfillmentOrderSplit"]
        if answer.user_errors or not answer.fulfillment_order_splits:
            return self._client.denied(answer.user_errors, code="does-not-fit")
        moved = answer.fulfillment_order_splits[0].remaining_fulfillment_order
        return Outcome(state="done", id=number(moved.id))


def _existing_pieces(
    split: Split, root: Part, other_parts: Sequence[Part]
) -> dict[int, str] | None:
    """Return the ids of existing pieces, by position; None if the split does not fit.

    Each other part must be one of the pieces, and the root must have the units of all others.
    """
    pieces = [_shares(split.order_id, piece) for piece in split.pieces]
    if len(pieces) < 2 or not all(pieces):  # noqa: PLR2004 - a split has two pieces or more
        return None
    existing: dict[int, str] = {}
    for part in other_parts:
        remaining = _remaining(part)
        place = next(
            (p for p, piece in enumerate(pieces) if p not in existing and piece == remaining), None
        )
        if place is None:
            return None
        existing[place] = number(part.id)
    missing = sum((piece for place, piece in enumerate(pieces) if place not in existing), Counter())
    own = _remaining(root, without=_lines_of_nobody(split, root, frozenset().union(*pieces)))
    return existing if missing and missing == own else None


def _lines_of_nobody(split: Split, root: Part, named: AbstractSet[str]) -> frozenset[str]:
    """Return the lines that no Supplier sends: they stay in the first piece."""
    is_ignored = split.is_ignored
    return frozenset(
        number(line.line_item.id)
        for line in root.line_items.nodes
        if number(line.line_item.id) not in named
        and not (line.is_shipped and not (is_ignored and is_ignored(line.sku or "")))
    )


def _shares(order_id: str, piece: Piece) -> Shares:
    shares: Shares = Counter()
    for part in piece.lines:
        item = line_item(part.of_line)
        # The line of another order keeps its full id, so that it matches no line item.
        key = item if part.of_line == line_id(order_id, item) else part.of_line
        shares[key] += part.quantity
    return +shares


def _remaining(part: Part, *, without: AbstractSet[str] = frozenset()) -> Shares:
    shares: Shares = Counter()
    for line in part.line_items.nodes:
        if number(line.line_item.id) not in without:
            shares[number(line.line_item.id)] += line.remaining_quantity
    return +shares


def _as_recorded(split: Split, recorded: Mapping[str, str]) -> Outcome:
    """Return the outcome for an order that ordosync has split, by the recorded pieces."""
    by_reference = {reference: id_ for id_, reference in recorded.items()}
    references = [piece.reference for piece in split.pieces]
    if {*references} != {*by_reference}:
        return refused("already-split", "is already split differently")
    return _outcome("unchanged", split, [by_reference[reference] for reference in references])


def _outcome(state: OutcomeState, split: Split, ids: Sequence[str]) -> Outcome:
    pieces = tuple(
        Piece(
            id=id_,
            reference=piece.reference,
            lines=tuple(
                PieceLine(
                    of_line=part.of_line,
                    quantity=part.quantity,
                    id=line_id(id_, line_item(part.of_line)),
                )
                for part in piece.lines
            ),
        )
        for id_, piece in zip(ids, split.pieces, strict=True)
    )
    return Outcome(state=state, id=split.order_id, pieces=pieces)
