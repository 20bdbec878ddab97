"""Cancelled orders of which a part of a pack was sent.

The Merchant has counted none of it as sent, so it has cancelled the whole order.
"""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from ordosync.models import refused
from ordosync.store.links import Link
from ordosync.tasks.base import Portal, Result
from ordosync.tasks.cancellations.lowered_units import sent_reason, units_text
from ordosync.tasks.edits.edit import BELOW_SENT
from ordosync.tasks.remarks import Remark, comment
from ordosync.tasks.sku_maps.merchant import is_mapped
from ordosync.tasks.sku_maps.packs import begun_units


def reported(portal: Portal, links: Sequence[Link], results: Sequence[Result]) -> list[Result]:
    """Return the results; the step of an order with such units fails, and both accounts know."""
    units = _units(portal, [link for link, of in zip(links, results, strict=True) if of.links])
    comment(portal, [_remark(link, units[link.merchant_id]) for link in links if _is(link, units)])
    return [
        replace(of, outcome=refused(BELOW_SENT, sent_reason(units[link.merchant_id])))
        if _is(link, units) and of.links
        else of
        for link, of in zip(links, results, strict=True)
    ]


def _is(link: Link, units: Mapping[str, int]) -> bool:
    return bool(units.get(link.merchant_id))


def _units(portal: Portal, links: Sequence[Link]) -> Mapping[str, int]:
    """Return the units of begun packs, by the Merchant's order."""
    if not links or not is_mapped(portal.merchant):
        return {}
    lines = portal.links.lines_of([link.merchant_id for link in links])
    return {id_: sum(begun_units(line) for line in found) for id_, found in lines.items()}


def _remark(link: Link, units: int) -> Remark:
    return Remark(
        key=f"{BELOW_SENT}:{link.generation}",
        merchant_id=link.merchant_id,
        supplier_id=link.supplier_id,
        at_merchant=f"Not cancelled at the Supplier: {units_text(units)} of this order were sent"
        " already",
        at_supplier=f"The Merchant cancelled this order after {units_text(units)} of it were sent",
    )
