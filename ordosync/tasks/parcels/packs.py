"""Packs in a parcel: the Merchant gets the packs that it completes. Pure functions.

The ledger keeps the units. A parcel that completes no pack is only a number for the Merchant.
"""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from ordosync.models import ParcelLine
from ordosync.store.links import Link
from ordosync.tasks.parcels.units import Contents, Family
from ordosync.tasks.sku_maps.packs import completed_packs, pack_of, packs


def has_begun_pack(order: Link, lines: Mapping[str, Sequence[Link]]) -> bool:
    """True for an order that was split after a part of a pack was sent."""
    return order.state == "split" and any(
        line.sent and pack_of(line) > 1 for line in lines.get(order.merchant_id, ())
    )


def in_packs(contents: Contents, family: Family, parcel: Link | None) -> Contents:
    """Return contents whose lines, rest and limits are packs; `units` stay those of the ledger.

    `parcel`: the link of the parcel if it was reported before.
    """
    lines = family.lines.get(contents.order_id, ())
    if contents.units is None or not any(pack_of(line) > 1 for line in lines):
        return contents
    sent = {
        line.merchant_id: completed_packs(
            line,
            family.sent_before(line, parcel),
            contents.units.get(line.merchant_id, 0),
        )
        for line in lines
    }
    if contents.is_only_number:
        return contents
    rest = {line.merchant_id: pack_of(line) for line in lines}
    return replace(
        _with_lines(contents, lines, sent),
        rest=tuple(_in_packs(part, rest) for part in contents.rest),
    )


def _with_lines(contents: Contents, lines: Sequence[Link], sent: Mapping[str, int]) -> Contents:
    if contents.lines is None and not any((line.cancelled or 0) % pack_of(line) for line in lines):
        # All open packs are in it.
        limits = (replace(part, quantity=sent[part.line_id]) for part in contents.at_most)
        return replace(contents, at_most=tuple(limits))
    skus = {line.merchant_id: line.merchant_sku or "" for line in lines}
    skus |= {part.line_id: part.sku for part in contents.lines or ()}
    parts = tuple(
        ParcelLine(line_id=id_, quantity=count, sku=skus[id_])
        for id_, count in sent.items()
        if count > 0
    )
    if not parts:
        return replace(contents, lines=None, is_last=False, at_most=())
    return replace(contents, lines=parts, at_most=())


def _in_packs(part: ParcelLine, pack_by_line: Mapping[str, int]) -> ParcelLine:
    return replace(part, quantity=packs(part.quantity, pack_by_line.get(part.line_id, 1)))
