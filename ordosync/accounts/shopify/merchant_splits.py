"""A shop as the Merchant: an order is split into fulfillment orders, its pieces.

Each call moves one piece out of what is left, so a split of three takes two, and may have come to
a halt between them. So it is looked first what is there: what is a piece already stays one, and the
rest is done. What was split into what is kept with the order, since Shopify does not say it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from ordosync.accounts.account import outcome_of
from ordosync.accounts.shopify.fulfillment_orders import Members
from ordosync.accounts.shopify.ids import first_piece, fulfillment_order, line_id, line_item, number
from ordosync.accounts.shopify.merchant_orders import is_cancelled
from ordosync.accounts.shopify.merchant_tracking import WrittenTracking
from ordosync.accounts.shopify.queries.fulfillment import SPLIT
from ordosync.accounts.shopify.schema import Id, Part, UserError
from ordosync.models import Outcome, OutcomeState, Piece, PieceLine, Split, refused

Shares = Counter[str]
"""How much of each line of the whole order."""


class _Moved(Struct, frozen=True, rename="camel"):
    remaining_fulfillment_order: Id
    """What was moved out: Shopify's name for it misleads."""


class _SplitAnswer(Struct, frozen=True, rename="camel"):
    user_errors: list[UserError]
    fulfillment_order_splits: list[_Moved] | None = None


class WrittenSplits(WrittenTracking):
    """Who sells."""

    def split_orders(self, splits: Sequence[Split]) -> list[Outcome]:
        """Split fulfillment orders into pieces as given; what stays is the first piece.

        One after the other: what is kept with one order may be about several of these.
        """
        return [outcome_of(one, self._split_or_look) for one in splits]

    def _split_or_look(self, split: Split) -> Outcome:
        """Split; look again at what does not fit: a call that came twice is refused the second."""
        outcome = self._split(split)
        if outcome.code != "does-not-fit":
            return outcome
        again = self._split(split)
        return replace(again, state="done") if again.state == "unchanged" else again

    def _split(self, split: Split) -> Outcome:
        found = self.members(split.order_id)
        if found is None:
            return refused("not-found", "is not there")
        known = found.lineage.splits.get(split.order_id)
        if known is not None:
            return _as_known(split, known)
        root = next(
            (one for one in found.parts if one.id == fulfillment_order(split.order_id)), None
        )
        if root is None or (is_cancelled(root) and not root.asks_cancellation):
            return refused("cancelled", "is cancelled")
        if not root.is_open:  # of which others may have sent a part before
            return refused("already-shipped", f"is {root.status.lower()}")
        others = [part for part in found.parts if part is not root]
        places = _placed(split, root, others)
        if places is None:
            if others:
                return refused("already-split", "is split otherwise already")
            return refused("does-not-fit", "does not fit: its pieces do not add up to its lines")
        return self._carry_out(split, found, root, places)

    def _carry_out(
        self, split: Split, found: Members, root: Part, places: dict[int, str]
    ) -> Outcome:
        """Move out what is missing, and keep what came of what."""
        missing = [place for place in range(len(split.pieces)) if place not in places]
        stays = missing.pop(0)
        places[stays] = first_piece(split.order_id)
        for place in missing:
            outcome = self._move_out(split, root, place)
            if outcome.state != "done":
                return outcome
            places[place] = outcome.id
        ids = [places[place] for place in range(len(split.pieces))]
        made = {id_: piece.reference for id_, piece in zip(ids, split.pieces, strict=True)}
        self.keep(
            [self.kept(found.order, "split", {**found.lineage.splits, split.order_id: made})],
            action=f"keep what {split.order_id} was split into",
        )
        return _outcome("done" if missing else "unchanged", split, ids)

    def _move_out(self, split: Split, root: Part, place: int) -> Outcome:
        named = {number(line.line_item.id): line.id for line in root.line_items.nodes}
        lines = [
            {"id": named[line_item(part.of_line)], "quantity": part.quantity}
            for part in split.pieces[place].lines
        ]
        answer = self.shopify.write(
            SPLIT,
            dict[str, _SplitAnswer],
            action=f"split fulfillment order {number(root.id)}",
            splits=[{"fulfillmentOrderId": root.id, "fulfillmentOrderLineItems": lines}],
        )["fulfillmentOrderSplit"]
        if answer.user_errors or not answer.fulfillment_order_splits:
            return self.denied(answer.user_errors, code="does-not-fit")
        moved = answer.fulfillment_order_splits[0].remaining_fulfillment_order
        return Outcome(state="done", id=number(moved.id))


def _placed(split: Split, root: Part, others: Sequence[Part]) -> dict[int, str] | None:
    """Return which pieces are there already, by their places; None where it does not fit.

    What is there beside what is left must each be one of the pieces, and what is left all others.
    """
    wanted = [_shares(split.order_id, piece) for piece in split.pieces]
    if len(wanted) < 2 or not all(wanted):  # noqa: PLR2004 - as few as make a split
        return None
    found: dict[int, str] = {}
    for other in others:
        there = _remaining(other)
        place = next((p for p, one in enumerate(wanted) if p not in found and one == there), None)
        if place is None:
            return None
        found[place] = number(other.id)
    rest = sum((one for place, one in enumerate(wanted) if place not in found), Counter())
    return found if rest and rest == _remaining(root) else None


def _shares(order_id: str, piece: Piece) -> Shares:
    shares: Shares = Counter()
    for part in piece.lines:
        ours = line_item(part.of_line)
        # A line of another order is none of this one's.
        shares[ours if part.of_line == line_id(order_id, ours) else part.of_line] += part.quantity
    return +shares


def _remaining(part: Part) -> Shares:
    shares: Shares = Counter()
    for line in part.line_items.nodes:
        shares[number(line.line_item.id)] += line.remaining_quantity
    return +shares


def _as_known(split: Split, known: Mapping[str, str]) -> Outcome:
    """Say of an order that we have split whether it was split like this."""
    by_reference = {reference: id_ for id_, reference in known.items()}
    wanted = [piece.reference for piece in split.pieces]
    if {*wanted} != {*by_reference}:
        return refused("already-split", "is split otherwise already")
    return _outcome("unchanged", split, [by_reference[reference] for reference in wanted])


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
