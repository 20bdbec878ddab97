"""Lines of bundles: the contents of a bundle are one line for the Supplier.

Shopify has no line for a bundle. Each line of its contents names it (`lineItemGroup`). The id of a
bundle's line lists the contents, with their units in one bundle: `<order>:111x1+112x2`. So reads
collapse the contents, and all that is written is expanded again, without a look-up. The metafield
`sent` records the bundles of an order: it keeps the lines with which it was sent. Pure functions.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TypeVar

from msgspec.structs import replace

from ordosync.accounts.shopify.ids import gid, line_id, line_item, line_order, number
from ordosync.accounts.shopify.schema import Amount, LineItem, LineItemGroup, Money, OrderedLine
from ordosync.models import ParcelLine, Shipment, Split
from ordosync.shortages import ReportedLine, ShortageReport

Units = Counter[str]
"""Units by the Shopify id of the line item."""
_Part = TypeVar("_Part", ParcelLine, ReportedLine)
_BUNDLE = re.compile(r"[0-9]+x[1-9][0-9]*(\+[0-9]+x[1-9][0-9]*)*")


def bundle_of(contents: Mapping[str, int]) -> str:
    """Return a bundle as text, given the units of each of its line items."""
    return "+".join(f"{item}x{contents[item]}" for item in sorted(contents, key=int))


def is_bundle(item: str) -> bool:
    """True if a text is a bundle and no line item."""
    return _BUNDLE.fullmatch(item) is not None


def contents_of(item: str) -> Mapping[str, int]:
    """Return the units of each line item in a bundle; a line item contains itself."""
    if not is_bundle(item):
        return {item: 1}
    parts = (part.partition("x") for part in item.split("+"))
    return {of: int(count) for of, _, count in parts}


def line_items(lines: Iterable[str]) -> list[str]:
    """Return the line items of these lines."""
    return [item for line in lines for item in contents_of(line_item(line))]


def whole_bundles(bundle: str, units: Mapping[str, int]) -> int:
    """Return how many bundles these units make."""
    return min(units.get(gid("LineItem", it), 0) // n for it, n in contents_of(bundle).items())


def rest_of(units: Units, bundles: Iterable[str]) -> Units:
    """Return the units that are in no whole bundle."""
    rest = Counter(units)
    for bundle in bundles:
        count = whole_bundles(bundle, units)
        for item, per_bundle in contents_of(bundle).items():
            rest[gid("LineItem", item)] -= count * per_bundle
    return +rest


def collapsed_units(units: Units, bundles: Sequence[str]) -> Units:
    """Return the units of whole bundles, and those that are in none."""
    counts = {bundle: whole_bundles(bundle, units) for bundle in bundles}
    return Counter({bundle: n for bundle, n in counts.items() if n}) + rest_of(units, bundles)


def collapsed_parts(
    order_id: str, parts: Sequence[ParcelLine], bundles: Sequence[str]
) -> tuple[ParcelLine, ...]:
    """Return the units of an order's lines, with those of bundles; units in no bundle are omitted.

    If another order may have the units of a bundle, it has a line for the same bundle.
    """
    by_item = {line_item(part.line_id): part for part in parts}
    units = {gid("LineItem", item): part.quantity for item, part in by_item.items()}
    contents = {item for bundle in bundles for item in contents_of(bundle)}
    whole = (
        ParcelLine(
            line_id=line_id(order_id, bundle),
            quantity=whole_bundles(bundle, units),
            other_lines=_other_lines(bundle, by_item),
        )
        for bundle in bundles
    )
    return (*whole, *(part for item, part in by_item.items() if item not in contents))


def _other_lines(bundle: str, by_item: Mapping[str, ParcelLine]) -> tuple[str, ...]:
    found = [
        {line_order(line): None for line in by_item[item].other_lines}
        for item in contents_of(bundle)
        if item in by_item
    ]
    first, *others = found or [{}]
    return tuple(line_id(id_, bundle) for id_ in first if all(id_ in ids for ids in others))


def collapsed(
    lines: Sequence[OrderedLine],
    bundles: Sequence[str],
    units: Units | None = None,
    *,
    with_rest: bool = False,
) -> list[OrderedLine]:
    """Return lines with those of bundles in place of their contents.

    `units` are the open ones if other fulfillment orders have some of them. `with_rest` keeps the
    lines of contents whose units are in no whole bundle.
    """
    if not bundles:
        return [*lines]
    by_item = {number(line.line_item.id): line for line in lines}
    remaining = remaining_units(lines) if units is None else units
    total = _total_units(lines)
    rest, total_rest = rest_of(remaining, bundles), rest_of(total, bundles)
    contents = {item: bundle for bundle in bundles for item in contents_of(bundle)}
    shown: dict[str, OrderedLine] = {}
    for item, line in by_item.items():
        if item not in contents:
            shown[item] = line
            continue
        bundle = contents[item]
        if not with_rest or whole_bundles(bundle, total):
            shown.setdefault(bundle, _bundle_line(bundle, by_item, remaining, total))
        if with_rest and total_rest[line.line_item.id]:
            of = line.line_item.id
            counts = {"remaining_quantity": rest[of], "total_quantity": total_rest[of]}
            shown[item] = replace(line, **counts)
    return [*shown.values()]


def remaining_units(lines: Sequence[OrderedLine]) -> Units:
    """Return the units that are still to be sent."""
    return Counter({line.line_item.id: line.remaining_quantity for line in lines})


def _total_units(lines: Sequence[OrderedLine]) -> Units:
    return Counter({line.line_item.id: line.total_quantity for line in lines})


def _bundle_line(
    bundle: str, by_item: Mapping[str, OrderedLine], remaining: Units, total: Units
) -> OrderedLine:
    contents = contents_of(bundle)
    lines = [by_item[item] for item in contents if item in by_item]
    groups = (line.line_item.line_item_group for line in lines)
    group = next((group for group in groups if group), LineItemGroup(id=""))
    return OrderedLine(
        id="",
        line_item=_bundle_item(bundle, group, by_item),
        sku=group.variant_sku,
        product_title=group.title,
        remaining_quantity=whole_bundles(bundle, remaining),
        total_quantity=whole_bundles(bundle, total),
        requires_shipping=any(line.is_shipped for line in lines),
    )


def _bundle_item(bundle: str, group: LineItemGroup, by_item: Mapping[str, OrderedLine]) -> LineItem:
    contents = contents_of(bundle)
    items = {item: by_item[item].line_item for item in contents if item in by_item}
    if len(items) < len(contents):
        return LineItem(id=bundle, custom_attributes=[*group.custom_attributes])
    per_unit = [(item, contents[id_]) for id_, item in items.items()]
    attributes = [it for item in items.values() for it in item.custom_attributes]
    return LineItem(
        id=bundle,
        custom_attributes=list(dict.fromkeys([*group.custom_attributes, *attributes])),
        original_unit_price_set=_sum((it.original_unit_price_set, n) for it, n in per_unit),
        discounted_unit_price_set=_sum((it.discounted_unit_price_set, n) for it, n in per_unit),
    )


def _sum(prices: Iterable[tuple[Money | None, int]]) -> Money | None:
    """Return the price of a bundle, the sum of the prices of its contents; None if one is None."""
    total, currency = Decimal(0), ""
    for price, count in prices:
        if price is None:
            return None
        total += price.shop_money.amount * count
        currency = price.shop_money.currency_code
    return Money(shop_money=Amount(amount=total, currency_code=currency))


def expanded_shipments(shipments: Sequence[Shipment]) -> list[Shipment]:
    """Return parcels with the units of the contents of bundles."""
    return [
        replace(
            shipment,
            lines=None if shipment.lines is None else tuple(_expanded(shipment.lines)),
            rest=tuple(_expanded(shipment.rest)),
            at_most=tuple(_expanded(shipment.at_most)),
        )
        for shipment in shipments
    ]


def expanded_report(report: ShortageReport) -> ShortageReport:
    """Return a report with the short units of the contents of bundles."""
    lines, rest = tuple(_expanded(report.lines)), tuple(_expanded(report.rest))
    return replace(report, lines=lines, rest=rest)


def expanded_split(split: Split) -> Split:
    """Return a split of the contents of bundles."""
    pieces = [
        replace(
            piece,
            lines=tuple(
                replace(part, of_line=line, quantity=part.quantity * n)
                for part in piece.lines
                for line, n in _lines_of(part.of_line)
            ),
        )
        for piece in split.pieces
    ]
    return replace(split, pieces=tuple(pieces))


def _expanded(parts: Iterable[_Part]) -> Iterator[_Part]:
    for part in parts:
        for line, n in _lines_of(part.line_id):
            yield replace(part, line_id=line, quantity=part.quantity * n)


def _lines_of(line: str) -> Iterator[tuple[str, int]]:
    """Yield the lines of the contents of a line, with their units in one unit of it."""
    if not is_bundle(line_item(line)):
        yield line, 1
        return
    for item, count in contents_of(line_item(line)).items():
        yield line_id(line_order(line), item), count
