"""Rows of the table `links`, as values and as SQL."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from ordosync.store.links import Link, ShortUnits

if TYPE_CHECKING:
    from ordosync.sql import Row

INSERT = """
insert into links (portal, kind, merchant_id, generation, supplier_id, state, linked_at, order_id,
    ordered, sent, cancelled, short, units, digests, pack, merchant_sku, supplier_sku)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
on conflict (portal, kind, merchant_id, generation) do update set
    state = case excluded.state when 'live' then links.state else excluded.state end,
    order_id = coalesce(links.order_id, excluded.order_id),
    sent = case when links.ordered is null then excluded.sent else links.sent end,
    cancelled = case when links.ordered is null then excluded.cancelled else links.cancelled end,
    short = coalesce(excluded.short, links.short),
    units = coalesce(excluded.units, links.units),
    digests = coalesce(excluded.digests, links.digests),
    ordered = coalesce(links.ordered, excluded.ordered)
"""


def row_of(portal: str, link: Link, at: str) -> tuple[str | int | None, ...]:
    """Return the values of `INSERT`."""
    is_counted = link.ordered is not None
    return (
        portal,
        link.kind,
        link.merchant_id,
        link.generation,
        link.supplier_id,
        link.state,
        at,
        link.order_id,
        link.ordered,
        (link.sent or 0) if is_counted else None,
        (link.cancelled or 0) if is_counted else None,
        None if link.short is None else msgspec.json.encode(link.short).decode(),
        None if link.units is None else json.dumps(link.units),
        link.digests,
        link.pack,
        link.merchant_sku,
        link.supplier_sku,
    )


def link_of(row: "Row") -> Link:
    """Return the link of a row."""
    return Link(
        kind=row["kind"],
        merchant_id=row["merchant_id"],
        supplier_id=row["supplier_id"],
        generation=row["generation"],
        state=row["state"],
        order_id=row["order_id"],
        ordered=row["ordered"],
        sent=row["sent"],
        cancelled=row["cancelled"],
        short=None if row["short"] is None else msgspec.json.decode(row["short"], type=ShortUnits),
        units=None if row["units"] is None else json.loads(row["units"]),
        digests=row["digests"],
        version=row["version"],
        pack=row["pack"],
        merchant_sku=row["merchant_sku"],
        supplier_sku=row["supplier_sku"],
    )


def product_link_of(row: Sequence[Any]) -> Link:
    """Return the link of a product; the row has only the columns that these links use."""
    merchant_id, supplier_id, generation, state, pack, merchant_sku, supplier_sku = row
    return Link(
        kind="product",
        merchant_id=merchant_id,
        supplier_id=supplier_id,
        generation=generation,
        state=state,
        pack=pack,
        merchant_sku=merchant_sku,
        supplier_sku=supplier_sku,
    )
