"""Packs: several units of the Supplier that are one unit of the Merchant. Pure arithmetic.

The ledger counts units of the Supplier, and the Merchant sees only whole packs. A pack counts as
sent with its last unit, and as cancelled with its first one. So a parcel with a part of a pack is
only a number at the Merchant, until another parcel completes the pack.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from ordosync.models import Line, Piece
from ordosync.store.links import Link

MOST_UNITS = 2**31
"""The largest quantity of a line."""


def pack_of(link: Link) -> int:
    """Return the units of the Supplier in one unit of the Merchant, when it was linked."""
    return link.pack or 1


def with_pack(link: Link, line: Line) -> Link:
    """Return the link of a line with the SKUs and the pack with which the line is sent."""
    if not line.merchant_sku:
        return link
    return replace(link, pack=line.pack, merchant_sku=line.merchant_sku, supplier_sku=line.sku)


def with_pack_of(link: Link, whole: Link) -> Link:
    """Return the link of a line of a piece with the SKUs and the pack of the line it was in."""
    if not whole.merchant_sku:
        return link
    return replace(
        link,
        pack=whole.pack,
        merchant_sku=whole.merchant_sku,
        supplier_sku=whole.supplier_sku,
    )


def packs(units: int, pack: int) -> int:
    """Return the packs of so many units; the last one may be incomplete."""
    return -(-units // pack)


def completed_packs(line: Link, before: int, units: int) -> int:
    """Return the packs of a line that a parcel completes.

    `units` are in the parcel, and `before` were sent earlier. A line of a piece may begin with a
    part of a pack, whose other units were sent before the split. These completed none.
    """
    if line.state == "split":
        return 0
    pack, ordered = pack_of(line), line.ordered or 0
    return packs(ordered - before, pack) - packs(ordered - before - units, pack)


def begun_units(line: Link) -> int:
    """Return the units of a line that were sent of a pack that is not complete."""
    return ((line.sent or 0) - (line.ordered or 0)) % pack_of(line)


def lost_packs(line: Link, units: int) -> int:
    """Return the packs that the Merchant loses with so many cancelled units."""
    return packs(units, pack_of(line))


def fits_packs(pieces: Sequence[Piece], lines: Mapping[str, Link]) -> bool:
    """True if no pack has units in several pieces of an order.

    `lines` are the links by the lines that were split. One piece may have the rest of a pack of
    which other units were sent.
    """
    parts = [part for piece in pieces for part in piece.lines]
    units: Counter[str] = Counter()
    incomplete: dict[str, list[int]] = {}
    for part in parts:
        units[part.of_line] += part.quantity
        if rest := part.quantity % pack_of(lines[part.of_line]):
            incomplete.setdefault(part.of_line, []).append(rest)
    return all(
        rests == [units[of_line] % pack_of(lines[of_line])] for of_line, rests in incomplete.items()
    )


def units_of(line: Link, shown: int, *, are_open: bool) -> int:
    """Return the units of a line for the packs that the Merchant shows, by the ledger.

    Units of an open pack may be sent already, and units of a cancelled pack may be sent instead.
    `are_open`: the Merchant shows no packs that were sent.
    """
    if line.state == "sent":
        # A piece that is one parcel may have a part of a pack that another piece completes.
        return (line.open_units or 0) if are_open else (line.ordered or 0) - (line.cancelled or 0)
    pack = pack_of(line)
    sent = line if are_open else replace(line, sent=0)
    cancelled = line.cancelled or 0
    short = line.short.cancelled if line.short else 0
    # The Merchant may have cancelled the packs that the Supplier is short of, or not yet.
    kept = min(-cancelled % pack, (short - cancelled) % pack)
    return shown * pack - begun_units(sent) + kept


def both_names(merchant_sku: str, supplier_sku: str, pack: int = 1) -> str:
    """Return the SKUs of both accounts as text, such as `MUG-6 (6 x NW-MUG)`."""
    if not merchant_sku or (merchant_sku == supplier_sku and pack == 1):
        return merchant_sku or supplier_sku
    units = f"{pack} x " if pack > 1 else ""
    return f"{merchant_sku} ({units}{supplier_sku})"
