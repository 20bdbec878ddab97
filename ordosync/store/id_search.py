"""Search of the ids that a portal knows, by a part of them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ordosync.store.links import LinkKind

if TYPE_CHECKING:
    import sqlite3


class IdSearch:
    """Searches the ids of one portal, those of both accounts."""

    def __init__(self, connection: "sqlite3.Connection", portal: str) -> None:
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
            " and lower(substr(merchant_id, -length(:suffix))) = lower(:suffix)"
            " union select supplier_id, linked_at from links where portal = :portal"
            " and kind = :kind and lower(substr(supplier_id, -length(:suffix))) = lower(:suffix)"
            " order by linked_at desc limit :limit",
            {"portal": self._portal, "kind": kind, "suffix": suffix, "limit": limit},
        )
        return [row["id"] for row in rows]
