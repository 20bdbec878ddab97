"""Split order: orders that the Supplier split are split in the same way at the Merchant.

Splits are copied only from the Supplier to the Merchant
(https://support.ordoro.com/can-orders-be-split-in-the-supplier-accounts/). Each account numbers its
own pieces, so pieces and their lines are linked one by one.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from ordosync.accounts.account import required
from ordosync.models import Comment, Outcome, Page, Piece, Split
from ordosync.store.links import Link
from ordosync.store.step_rows import ADDED, StepRef
from ordosync.store.written import Written
from ordosync.tasks.base import Decision, PlanRequest, Portal, Result, Step, Task
from ordosync.tasks.sku_maps.packs import fits_packs, pack_of, packs, with_pack_of

_MISFIT = Outcome(
    state="refused",
    code="does-not-fit",
    reason="has a line that is not linked to a line of the Merchant; split the order at the"
    " Merchant manually or, if the Supplier added the line, add the tracking numbers there",
)


_IN_PACK = Outcome(
    state="refused",
    code="does-not-fit",
    reason="has a pack whose units are in several pieces; add the tracking numbers at the Merchant"
    " manually",
)


@dataclass(frozen=True, kw_only=True)
class _MirroredSplit:
    """A split of the Supplier, and the same split for the Merchant."""

    link: Link
    at_supplier: Split
    at_merchant: Split | None
    """None if it cannot be mirrored."""
    open_pieces: Sequence[Piece]
    """The pieces of the Supplier that are mirrored, with their open units."""
    lines: Sequence[Link]
    """Links of the lines that were split."""
    misfit: Outcome = _MISFIT
    """The refusal of a split that cannot be mirrored."""


_WHOLE = Decision(
    state="skipped",
    code=ADDED,
    reason="has another piece only for lines that the Supplier added; the Merchant's order stays"
    " whole",
)
_BEHIND = Decision(
    state="waiting",
    code="parcels-first",
    reason="waits until update-tracking has reported what was sent before the split",
)


def plan(portal: Portal, request: PlanRequest) -> Iterator[Page[Step]]:
    """Yield a step for each linked order that was split since the cursor.

    A piece may have been split later. Each split is a separate page, so the link of a piece is
    written before its own split is planned.
    """
    for page in required(portal.supplier.splits).changed(request):
        for split in page.items:
            links = portal.links.of_supplier("order", [piece.id for piece in split.pieces])
            steps = _steps(portal, [split])
            if links:  # Its step may be deleted.
                steps = tuple(replace(step, decision=Decision(state="unchanged")) for step in steps)
            yield Page(items=steps)
        yield Page(items=(), cursor=page.cursor)


def replan(portal: Portal, refs: Sequence[StepRef]) -> Iterator[Page[Step]]:
    """Yield the steps of these orders, as they are split now."""
    for page in required(portal.supplier.splits).by_id([step.key for step in refs]):
        for split in page.items:
            yield Page(items=_steps(portal, [split]))


def apply(
    portal: Portal,
    steps: Sequence[Step],
    *,
    look_first: bool,  # noqa: ARG001 - pieces have references
) -> list[Result]:
    """Split the Merchant's orders; a refusal becomes a comment on the Supplier's timeline."""
    splits = [step.payload for step in steps if isinstance(step.payload, _MirroredSplit)]
    outcomes_made = iter(
        required(portal.merchant.splits).split(
            [split.at_merchant for split in splits if split.at_merchant]
        )
    )
    outcomes = [next(outcomes_made) if split.at_merchant else split.misfit for split in splits]
    refused = [
        Comment(
            key="split",
            order_id=split.at_supplier.order_id,
            text=f"The Merchant's order was not split: it {outcome.reason}",
        )
        for split, outcome in zip(splits, outcomes, strict=True)
        if outcome.state == "refused"
    ]
    if refused:
        portal.supplier.comment(refused)
    return [
        Result(outcome=outcome, links=_links(split, outcome))
        for split, outcome in zip(splits, outcomes, strict=True)
    ]


def _steps(portal: Portal, splits: Sequence[Split]) -> tuple[Step, ...]:
    orders = portal.links.of_supplier("order", [split.order_id for split in splits])
    ids = [part.of_line for split in splits for piece in split.pieces for part in piece.lines]
    links = portal.links.all_of_supplier("line", ids)
    return tuple(
        _step(portal, split, orders[split.order_id], links)
        for split in splits
        if split.order_id in orders
    )


def _step(portal: Portal, split: Split, link: Link, links: Mapping[str, Sequence[Link]]) -> Step:
    lines = {id_: found[0] for id_, found in links.items()}
    step = Step(
        key=split.order_id,
        merchant_id=link.merchant_id,
        supplier_id=split.order_id,
        content="split",
        summary=f"split order {link.merchant_id} into {len(split.pieces)} pieces",
    )
    split, count = _without_added(split, lines), len(split.pieces)
    if len(split.pieces) == 1 < count:
        return replace(step, content="added", decision=_WHOLE)
    is_linked = all(part.of_line in lines for piece in split.pieces for part in piece.lines)
    pieces = _without_sent(split, links) if is_linked else ()
    splits_pack = is_linked and not fits_packs(pieces, lines)
    can_mirror = is_linked and not splits_pack
    payload = _MirroredSplit(
        link=link,
        at_supplier=split,
        at_merchant=_split_for_merchant(portal, link, pieces, lines) if can_mirror else None,
        open_pieces=pieces,
        lines=_split_lines(split, lines),
        misfit=_IN_PACK if splits_pack else _MISFIT,
    )
    is_behind = is_linked and _is_behind(portal, split, link)
    sizes = tuple(sum(part.quantity for part in piece.lines) for piece in pieces)
    return replace(
        step,
        written=Written(pieces=sizes),
        payload=payload,
        decision=_BEHIND if is_behind else None,
    )


def _without_added(split: Split, lines: Mapping[str, Link]) -> Split:
    """Return a split without the pieces that hold only lines that the Supplier added."""
    pieces = tuple(it for it in split.pieces if any(part.of_line in lines for part in it.lines))
    return replace(split, pieces=pieces or split.pieces)


def _is_behind(portal: Portal, split: Split, link: Link) -> bool:
    """True if units are missing in the pieces that were sent before the split, but not reported.

    The Merchant counts them as open, so the pieces would not add up there.
    """
    in_pieces = _units_by_line(split)
    lines = portal.links.lines_of([link.merchant_id]).get(link.merchant_id, ())
    if not any((line.open_units or 0) > in_pieces[line.supplier_id] for line in lines):
        return False
    statuses = portal.supplier.orders.statuses([split.order_id])
    return statuses.get(split.order_id) in ("partially_shipped", "shipped")


def _units_by_line(split: Split) -> Counter[str]:
    """Return the units of the pieces, by the line that was split."""
    units: Counter[str] = Counter()
    for piece in split.pieces:
        for part in piece.lines:
            units[part.of_line] += part.quantity
    return units


def _split_lines(split: Split, lines: Mapping[str, Link]) -> tuple[Link, ...]:
    ids = dict.fromkeys(part.of_line for piece in split.pieces for part in piece.lines)
    return tuple(lines[id_] for id_ in ids if id_ in lines)


def _split_for_merchant(
    portal: Portal, link: Link, pieces: Sequence[Piece], lines: Mapping[str, Link]
) -> Split:
    return Split(
        order_id=link.merchant_id,
        is_ignored=portal.config.ignores,
        pieces=tuple(
            Piece(
                reference=f"{portal.origin}:{piece.id}",
                lines=tuple(
                    replace(
                        part,
                        of_line=lines[part.of_line].merchant_id,
                        quantity=packs(part.quantity, pack_of(lines[part.of_line])),
                        id="",
                    )
                    for part in piece.lines
                ),
            )
            for piece in pieces
        ),
    )


def _without_sent(split: Split, links: Mapping[str, Sequence[Link]]) -> Sequence[Piece]:
    """Return the pieces without the units that were sent and reported before the split.

    Some accounts count these units in the piece with which they were sent, which is the oldest. The
    Merchant may have them in other pieces.
    """
    surplus = _units_by_line(split)
    for id_, (line, *others) in links.items():
        more = surplus[id_] - (line.open_units or 0) if line.ordered is not None else 0
        sent = sum(link.sent or 0 for link in (line, *others))
        surplus[id_] = max(0, min(more, sent))
    pieces: list[Piece] = []
    for piece in split.pieces:
        parts = []
        for part in piece.lines:
            less = min(surplus[part.of_line], part.quantity)
            surplus[part.of_line] -= less
            parts.append(replace(part, quantity=part.quantity - less))
        pieces.append(replace(piece, lines=tuple(part for part in parts if part.quantity)))
    return [piece for piece in pieces if piece.lines]


def _links(mirrored: _MirroredSplit, outcome: Outcome) -> tuple[Link, ...]:
    if outcome.state == "refused":
        # The Supplier's pieces stay, so their tracking fails with a reason instead of a guess.
        return (replace(mirrored.link, state="split"),)
    if outcome.state not in ("done", "unchanged"):
        return ()
    links = [replace(mirrored.link, state="split")]
    # Some services keep the id of a line for its first piece.
    kept = {part.id for piece in outcome.pieces for part in piece.lines}
    links += [
        replace(line, state="split") for line in mirrored.lines if line.merchant_id not in kept
    ]
    linked = {line.merchant_id: line for line in mirrored.lines}
    for at_merchant, at_supplier in zip(outcome.pieces, mirrored.open_pieces, strict=True):
        links.append(Link(kind="order", merchant_id=at_merchant.id, supplier_id=at_supplier.id))
        links += [
            with_pack_of(
                Link(
                    kind="line",
                    merchant_id=merchant_line.id,
                    supplier_id=supplier_line.id,
                    order_id=at_merchant.id,
                    ordered=supplier_line.quantity
                    if pack_of(linked[merchant_line.of_line]) > 1
                    else merchant_line.quantity,
                ),
                linked[merchant_line.of_line],
            )
            # The first piece may have lines besides, which the Supplier does not have.
            for merchant_line, supplier_line in zip(
                [line for line in at_merchant.lines if line.of_line in linked],
                at_supplier.lines,
                strict=True,
            )
        ]
    return tuple(links)


TASK = Task(
    name="split-order",
    resource="shipments",
    plan=plan,
    replan=replan,
    apply=apply,
    writes_to="merchant",
    needs_links_from="import-orders",
    runs_immediately=True,
)
