"""Units of the lines of an order: in both accounts, and in the ledger of the store."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from ordosync.engine.comparison.difference import Comparison, Difference
from ordosync.engine.comparison.ledger_links import LinePairs, takes_numbers
from ordosync.engine.comparison.line_units import (
    numbers_of,
    sent_units,
    units_of_parcels,
    valid_parcels,
)
from ordosync.engine.comparison.order_trees import Match, is_open, valid_numbers
from ordosync.models import Line, OrderSnapshot
from ordosync.store.links import Link


@dataclass(frozen=True, kw_only=True)
class LinkedUnits:
    """An order with paired lines, and its links."""

    match: Match
    ours: OrderSnapshot
    theirs: OrderSnapshot
    link: Link | None
    lines: Mapping[str, Link]
    """Links of the Merchant's lines, by their ids."""
    beside: Sequence[OrderSnapshot] = ()
    """The Merchant's other pieces of the order, each of which is one parcel."""

    @property
    def pairs(self) -> LinePairs:
        """The lines that both accounts have, in pairs."""
        return LinePairs.of(
            self.match,
            self.ours.order.lines,
            self.theirs.order.lines,
            known={id_: line.supplier_id for id_, line in self.lines.items()},
            generation=self.link.generation if self.link else 1,
        )

    @property
    def is_alike(self) -> bool:
        """True if both accounts have the same units of each line, sent ones included."""
        pairs = self.pairs.pairs
        count = sum(bool(line.quantity) for line in self.ours.order.lines)
        return len(pairs) >= count and all(our.quantity == their.quantity for our, their in pairs)

    @property
    def is_cancelled(self) -> bool:
        """True if an account or a task has cancelled the order, or its open units."""
        is_ended = self.link is not None and self.link.state.startswith("cancelled")
        return is_ended or "cancelled" in (self.ours.order.status, self.theirs.order.status)

    @property
    def shows_all(self) -> bool:
        """True if the Merchant shows every parcel of the Supplier."""
        numbers = {n for order in (self.ours, *self.beside) for n in valid_numbers(order)}
        return all(set(numbers_of(parcel)) & numbers for parcel in valid_parcels(self.theirs))


def linked_units(
    comparison: Comparison,
    match: Match,
    ours: OrderSnapshot,
    theirs: OrderSnapshot,
    beside: Sequence[OrderSnapshot] = (),
) -> LinkedUnits:
    """Return an order with its links."""
    links = comparison.portal.links
    ids = [line.id for line in ours.order.lines]
    return LinkedUnits(
        match=match,
        ours=ours,
        theirs=theirs,
        link=links.of_merchant("order", [match.merchant_id]).get(match.merchant_id),
        lines=links.of_merchant("line", ids),
        beside=beside,
    )


def missing_numbers(comparison: Comparison, units: LinkedUnits) -> tuple[Link, ...]:
    """Return the links that were made before the ledger, with their units."""
    link = units.link
    if link is None or link.state == "split" or units.beside:
        return ()
    known = {id_: line for id_, line in units.lines.items() if line.ordered is not None}
    lines = [line for line in units.pairs.lines(is_piece=False) if line.merchant_id not in known]
    if not lines:
        return ()
    generations = {id_: line.generation for id_, line in units.lines.items()}
    numbered = [
        replace(line, generation=generations.get(line.merchant_id, line.generation))
        for line in lines
    ]
    ended = (link,) if link.has_ended else ()
    return (*numbered, *_parcels(comparison, units), *ended)


def _parcels(comparison: Comparison, units: LinkedUnits) -> Iterator[Link]:
    """Yield the links of the reported parcels, with the units that they hold at the Supplier."""
    held = units_of_parcels(units.theirs)
    by_number = {
        number: units.pairs.units(held[f"{parcel.id}:{parcel.tracking_number}"])
        for parcel in valid_parcels(units.theirs)
        for number in numbers_of(parcel)[:1]
    }
    order_id = units.match.merchant_id
    for link in comparison.portal.links.parcels_of([order_id]).get(order_id, ()):
        if link.state == "live" and link.units is None:
            yield replace(link, units=by_number.pop(link.number, {}))


def unit_differences(comparison: Comparison, units: LinkedUnits) -> Iterator[Difference]:
    """Yield the difference between the sent units of an order whose parcels are all reported."""
    if units.beside or units.is_cancelled or not units.is_alike or not units.shows_all:
        return  # Other differences report it, or the parcels of pieces have been compared.
    description = _in_accounts(comparison, units) or _in_ledger(units)
    if description:
        ids = (units.ours.order.id, units.match.supplier_id)
        yield comparison.differs("units-differ", description, ids)


def _in_accounts(comparison: Comparison, units: LinkedUnits) -> str:
    """Return how the sent units differ between the accounts; empty if they do not."""
    ours, theirs = sent_units(units.ours), sent_units(units.theirs)
    if theirs is None:
        return ""
    if ours is None:
        is_behind = units.theirs.order.status == "shipped" and is_open(units.ours)
        if not is_behind or not takes_numbers(comparison.portal):
            return ""
        ours = {}
    differing = [
        f"{our.sku}: {ours.get(our.id, 0)} of {our.quantity} sent at the Merchant,"
        f" {theirs.get(their.id, 0)} at the Supplier"
        for our, their in units.pairs.pairs
        if ours.get(our.id, 0) != theirs.get(their.id, 0)
    ]
    return "; ".join(differing)


def _in_ledger(units: LinkedUnits) -> str:
    """Return how the ledger differs from both accounts, which agree."""
    sent = units.pairs.units(sent_units(units.theirs) or {})
    is_known = sent_units(units.theirs) is not None
    differing = [
        f"{our.sku}: {link.open_units} open and {link.sent} sent by the links,"
        f" {our.quantity - sent.get(our.id, 0)} and {sent.get(our.id, 0)} in both accounts"
        for our, _ in units.pairs.pairs
        if (link := units.lines.get(our.id)) and link.ordered is not None and is_known
        if (link.open_units, link.sent) != _open_and_sent(our, sent.get(our.id, 0))
    ]
    return "; ".join(differing)


def _open_and_sent(line: Line, sent: int) -> tuple[int, int]:
    return line.quantity - sent, sent
