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
from ordosync.engine.comparison.order_matching import Match
from ordosync.engine.comparison.order_trees import is_open, valid_numbers
from ordosync.models import Line, OrderSnapshot
from ordosync.store.links import Link
from ordosync.tasks.sku_maps.packs import both_names


@dataclass(frozen=True, kw_only=True)
class LinkedUnits:
    """An order with paired lines, and its links."""

    match: Match
    at_merchant: OrderSnapshot
    at_supplier: OrderSnapshot
    link: Link | None
    lines: Mapping[str, Link]
    """Links of the Merchant's lines, by their ids."""
    beside: Sequence[OrderSnapshot] = ()
    """The Merchant's other pieces of the order, each of which is one parcel."""
    removed: Sequence[Link] = ()
    """Links of lines that neither account has any more."""
    is_sent_before: bool = False
    """True if a part was sent before the order was split; the links have it with that order.

    They still do when its parcel is void, although a piece may have these units in both accounts.
    """

    @property
    def pairs(self) -> LinePairs:
        """The lines that both accounts have, in pairs."""
        return LinePairs.of(
            self.match,
            self.at_merchant.order.lines,
            self.at_supplier.order.lines,
            known={id_: line.supplier_id for id_, line in self.lines.items()},
            generation=self.link.generation if self.link else 1,
        )

    @property
    def is_alike(self) -> bool:
        """True if both accounts have the same units of each line, sent ones included."""
        pairs = self.pairs.pairs
        count = sum(bool(line.quantity) for line in self.at_merchant.order.lines)
        return len(pairs) >= count and all(
            merchant_line.quantity == supplier_line.quantity
            for merchant_line, supplier_line in pairs
        )

    @property
    def is_cancelled(self) -> bool:
        """True if an account or a task has cancelled the order, or its open units."""
        is_ended = self.link is not None and self.link.state.startswith("cancelled")
        return is_ended or "cancelled" in (
            self.at_merchant.order.status,
            self.at_supplier.order.status,
        )

    @property
    def shows_all(self) -> bool:
        """True if the Merchant shows every parcel of the Supplier."""
        numbers = {n for order in (self.at_merchant, *self.beside) for n in valid_numbers(order)}
        return all(set(numbers_of(parcel)) & numbers for parcel in valid_parcels(self.at_supplier))


@dataclass(frozen=True, kw_only=True)
class _Counted:
    """A line in the ledger, with its units in both accounts."""

    name: str
    link: Link
    quantity: int
    sent: int

    @property
    def is_equal(self) -> bool:
        """True if the ledger has the same open and sent units as the accounts."""
        return (self.link.open_units, self.link.sent) == (self.quantity - self.sent, self.sent)

    @property
    def description(self) -> str:
        """The units in the ledger and in the accounts."""
        return (
            f"{self.name}: {self.link.open_units} open and {self.link.sent} sent by the links,"
            f" {self.quantity - self.sent} and {self.sent} in both accounts"
        )

    @property
    def is_correctable(self) -> bool:
        """True if only cancelled units differ, not the sent ones."""
        return self.link.sent == self.sent and self.quantity <= (self.link.ordered or 0)

    @property
    def correction(self) -> Link:
        """The line's link with the units that users cancelled in both accounts."""
        return replace(self.link, ordered=None, cancelled=(self.link.ordered or 0) - self.quantity)


def linked_units(
    comparison: Comparison,
    match: Match,
    at_merchant: OrderSnapshot,
    at_supplier: OrderSnapshot,
    beside: Sequence[OrderSnapshot] = (),
) -> LinkedUnits:
    """Return an order with its links."""
    links = comparison.portal.links
    ids = [line.id for line in at_merchant.order.lines]
    supplier_ids = {line.id for line in at_supplier.order.lines if line.quantity}
    order_id = match.merchant_id
    above = links.lines_of(at_merchant.order.ancestors).values()
    return LinkedUnits(
        match=match,
        at_merchant=at_merchant,
        at_supplier=at_supplier,
        link=links.of_merchant("order", [order_id]).get(order_id),
        lines=links.of_merchant("line", ids),
        beside=beside,
        is_sent_before=any(line.sent or line.open_units for lines in above for line in lines),
        removed=[
            line
            for line in links.lines_of([order_id]).get(order_id, ())
            if line.merchant_id not in ids and line.supplier_id not in supplier_ids
        ],
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
    held = units_of_parcels(units.at_supplier)
    by_number = {
        number: units.pairs.units(held[f"{parcel.id}:{parcel.tracking_number}"])
        for parcel in valid_parcels(units.at_supplier)
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
    ids = (units.at_merchant.order.id, units.match.supplier_id)
    if description := _in_accounts(comparison, units):
        yield comparison.differs("units-differ", description, ids)
    elif units.is_sent_before:
        return
    elif counted := [it for it in _counted(units) if not it.is_equal]:
        description = "; ".join(it.description for it in counted)
        corrections = tuple(it.correction for it in counted if it.is_correctable)
        yield comparison.differs("units-differ", description, ids, corrections=corrections)


def _in_accounts(comparison: Comparison, units: LinkedUnits) -> str:
    """Return how the sent units differ between the accounts; empty if they do not."""
    at_merchant, at_supplier = sent_units(units.at_merchant), sent_units(units.at_supplier)
    if at_supplier is None:
        return ""
    if at_merchant is None:
        is_behind = units.at_supplier.order.status == "shipped" and is_open(units.at_merchant)
        if not is_behind or not takes_numbers(comparison.portal):
            return ""
        at_merchant = {}
    differing = [
        f"{both_names(line.merchant_sku, line.sku, line.pack)}: {at_merchant.get(line.id, 0)} of"
        f" {line.quantity} sent at the Merchant, {at_supplier.get(supplier_line.id, 0)} at the"
        " Supplier"
        for line, supplier_line in units.pairs.pairs
        if _in_packs(line, at_supplier.get(supplier_line.id, 0)) != at_merchant.get(line.id, 0)
    ]
    return "; ".join(differing)


def _in_packs(line: Line, sent: int) -> int:
    """Return the sent units that the Merchant can show: those of complete packs."""
    return sent - sent % line.pack


def _counted(units: LinkedUnits) -> Iterator[_Counted]:
    """Yield the lines with their units in the ledger and in both accounts, which agree."""
    sent = sent_units(units.at_supplier)
    if sent is None:
        return
    for line, supplier_line in units.pairs.pairs:
        link = units.lines.get(line.id)
        if link and link.ordered is not None:
            in_parcels = sent.get(supplier_line.id, 0)
            name = both_names(line.merchant_sku, line.sku, line.pack)
            yield _Counted(name=name, link=link, quantity=line.quantity, sent=in_parcels)
    for link in units.removed:
        yield _Counted(name=f"removed line {link.merchant_id}", link=link, quantity=0, sent=0)
