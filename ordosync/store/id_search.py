"""Search of the ids that a portal knows, by a part of them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from ordosync.store.links import LinkKind
from ordosync.text import compact

if TYPE_CHECKING:
    from ordosync.sql import Connection


class KnownId(Struct, frozen=True, kw_only=True):
    """An order or a product by its ids in both accounts."""

    kind: Literal["order", "product"]
    merchant_id: str
    supplier_id: str | None
    """None if it has no link, or if it was found by a tracking number."""
    field: Literal["id", "number", "tracking"]
    """The field that contains the text: an id, the Merchant's number, or a tracking number."""
    value: str
    """The number; empty for an id."""


class IdSearch:
    """Searches the ids of one portal, those of both accounts."""

    def __init__(self, connection: "Connection", portal: str) -> None:
        self._db = connection
        self._portal = portal

    def beginning_with(self, kind: LinkKind, prefix: str, *, limit: int) -> Sequence[str]:
        """Return the first ids of either account that begin with the prefix."""
        ids_found: list[str] = []
        for side in ("merchant_id", "supplier_id"):
            rows = self._db.execute(
                f"select distinct {side} as id from links"  # noqa: S608 - a constant
                f" where portal = ? and kind = ? and {side} >= ? and {side} < ? limit ?",
                (self._portal, kind, prefix, f"{prefix}\U0010ffff", limit),
            )
            ids_found += [row["id"] for row in rows]
        return ids_found

    def ending_with(self, kind: LinkKind, suffix: str, *, limit: int) -> Sequence[str]:
        """Return the newest ids of either account that differ only by a prefix or by case."""
        rows = self._db.execute(
            "select merchant_id as id, linked_at from links where portal = :portal and kind = :kind"
            " and lower(substr(merchant_id, length(merchant_id) - length(:suffix) + 1))"
            " = lower(:suffix)"
            " union select supplier_id, linked_at from links where portal = :portal"
            " and kind = :kind"
            " and lower(substr(supplier_id, length(supplier_id) - length(:suffix) + 1))"
            " = lower(:suffix)"
            " order by linked_at desc limit :limit",
            {"portal": self._portal, "kind": kind, "suffix": suffix, "limit": limit},
        )
        return [row["id"] for row in rows]

    def containing(self, text: str) -> Sequence[KnownId]:
        """Return the ids of orders and products with this text, of either account.

        Case, spaces and hyphens do not count.

        An order without a link is known by the step that did not send it, and an order of a parcel
        by its tracking number.
        """
        rows = self._db.execute(_CONTAINING, {"portal": self._portal, "compact": compact(text)})
        return [
            KnownId(
                kind=row["kind"],
                merchant_id=row["merchant_id"],
                supplier_id=row["supplier_id"],
                field=row["field"],
                value=row["value"].rpartition(":")[2]
                if row["field"] == "tracking"
                else row["value"],
            )
            for row in rows
        ]


def _compact(sql: str) -> str:
    """Return the SQL of a text as it is compared, like `compact`."""
    return f"replace(replace(lower({sql}), ' ', ''), '-', '')"


# Of the id of a parcel, the tracking number is the part after the last colon.
_TRACKING = "replace(supplier_id, rtrim(supplier_id, replace(supplier_id, ':', '')), '')"
_CONTAINING = f"""
select kind, merchant_id, supplier_id, 'id' as field, '' as value from links where portal = :portal
    and kind in ('order', 'product')
    and (instr({_compact("merchant_id")}, :compact) > 0
        or instr({_compact("supplier_id")}, :compact) > 0)
union
select case task when 'import-orders' then 'order' else 'product' end, merchant_id, null, 'id', ''
    from steps where portal = :portal and task in ('import-orders', 'import-products')
    and instr({_compact("merchant_id")}, :compact) > 0
    and not exists (select 1 from links where links.portal = steps.portal
        and links.kind in ('order', 'product') and links.merchant_id = steps.merchant_id)
union
select 'order', coalesce(order_id, merchant_id), null, 'tracking', supplier_id from links
    where portal = :portal and kind in ('parcel', 'shipment')
    and instr({_compact(_TRACKING)}, :compact) > 0
union
select 'order', merchant_id, null, 'number', number from order_numbers where portal = :portal
    and instr({_compact("number")}, :compact) > 0
"""  # noqa: S608 - constants
