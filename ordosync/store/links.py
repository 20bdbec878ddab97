"""Links between the orders, lines, products and shipments of the two accounts. Never pruned.

A link also prevents a second import: while it exists, its object is not imported again.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from ordosync.store.step_rows import UNSETTLED
from ordosync.store.timestamps import from_text, to_text

if TYPE_CHECKING:
    import sqlite3

LinkKind = Literal["order", "line", "product", "shipment"]
LinkState = Literal[
    "live",
    "split",
    "cancelled_by_task",
    "cancelled_by_supplier",
    "cancel_refused",
    "reopened",
    "voided",
]
"""State of an order since it was linked. `cancel_refused`: the Merchant cancelled it after it was
shipped; `reopened`: its label was deleted after that, so it can be cancelled. `voided`: a shipment
whose label was deleted.
"""


class Link(Struct, frozen=True, kw_only=True):
    """One object that both accounts have, with its id in each of them."""

    kind: LinkKind
    merchant_id: str
    supplier_id: str
    generation: int = 1
    """Number of the import: 2 for an order that was cancelled by the task and requested again. For
    shipments, it counts those of the order; their link is to `<shipment>:<tracking number>`."""
    state: LinkState = "live"

    @property
    def has_ended(self) -> bool:
        """True if the Supplier's order was split or cancelled, so it cannot be cancelled again."""
        return self.state in ("split", "cancelled_by_task", "cancelled_by_supplier")


class Links:
    """The table `links`, for one portal."""

    def __init__(self, connection: "sqlite3.Connection", portal: str) -> None:
        self._db = connection
        self._portal = portal

    def of_merchant(self, kind: LinkKind, ids: Sequence[str]) -> Mapping[str, Link]:
        """Return the newest link of each of the Merchant's ids that has one."""
        rows = self._db.execute(
            "select * from links where portal = ? and kind = ?"
            " and merchant_id in (select value from json_each(?)) order by generation",
            (self._portal, kind, json.dumps(list(ids))),
        )
        return {row["merchant_id"]: _link(row) for row in rows}

    def of_supplier(self, kind: LinkKind, ids: Sequence[str]) -> Mapping[str, Link]:
        """Return the newest link of each of the Supplier's ids that has one."""
        rows = self._db.execute(
            "select * from links where portal = ? and kind = ?"
            " and supplier_id in (select value from json_each(?)) order by generation",
            (self._portal, kind, json.dumps(list(ids))),
        )
        return {row["supplier_id"]: _link(row) for row in rows}

    def history(self, kind: LinkKind, merchant_id: str) -> Sequence[tuple[Link, datetime]]:
        """Return all links of one of the Merchant's ids, and when each was made, oldest first."""
        rows = self._db.execute(
            "select * from links where portal = ? and kind = ? and merchant_id = ?"
            " order by generation",
            (self._portal, kind, merchant_id),
        )
        return [(_link(row), from_text(row["linked_at"])) for row in rows]

    def beginning_with(self, kind: LinkKind, prefix: str, *, limit: int) -> Sequence[str]:
        """Return the first ids of either account that begin with the prefix."""
        ids: list[str] = []
        for side in ("merchant_id", "supplier_id"):
            rows = self._db.execute(
                f"select distinct {side} as id from links"  # noqa: S608 - a constant
                f" where portal = ? and kind = ? and {side} >= ? and {side} < ? limit ?",
                (self._portal, kind, prefix, f"{prefix}\U0010ffff", limit),
            )
            ids += [row["id"] for row in rows]
        return ids

    def live(self, kind: LinkKind, *, page: int = 500) -> Iterator[list[Link]]:
        """Yield the live links in pages."""
        last = ""
        while rows := self._db.execute(
            "select * from links where portal = ? and kind = ? and state = 'live'"
            " and merchant_id > ? order by merchant_id limit ?",
            (self._portal, kind, last, page),
        ).fetchall():
            yield [_link(row) for row in rows]
            last = rows[-1]["merchant_id"]

    def of_either(self, side: Literal["merchant", "supplier"], order_id: str) -> Sequence[Link]:
        """Return all links of an order, of every generation, by its id on one side."""
        rows = self._db.execute(
            f"select * from links where portal = ? and kind = 'order' and {side}_id = ?"  # noqa: S608
            " order by generation",
            (self._portal, order_id),
        )
        return [_link(row) for row in rows]

    def count(self) -> int:
        """Return the number of links of all kinds."""
        [count] = self._db.execute(
            "select count(*) from links where portal = ?", (self._portal,)
        ).fetchone()
        return int(count)

    def reopened(self) -> Sequence[Link]:
        """Return the orders whose label was deleted after their cancellation was refused."""
        rows = self._db.execute(
            "select * from links where portal = ? and kind = 'order' and state = 'reopened'"
            " order by merchant_id",
            (self._portal,),
        )
        return [_link(row) for row in rows]

    def requested_again(self, ids: Sequence[str]) -> None:
        """Note that the Merchant requests these orders again after a refused cancellation."""
        self._db.execute(
            "update links set state = 'live' where portal = ? and kind = 'order'"
            " and state = 'cancel_refused' and merchant_id in (select value from json_each(?))",
            (self._portal, json.dumps(list(ids))),
        )

    def unshipped(self, *, before: datetime, limit: int) -> Sequence[tuple[Link, datetime]]:
        """Return orders and pieces without a label that were linked before then, with that time."""
        rows = self._db.execute(
            f"select * from links where {_UNREPORTED} and linked_at < :before"  # noqa: S608
            " order by linked_at limit :limit",
            {"portal": self._portal, "before": to_text(before), "limit": limit},
        )
        return [(_link(row), from_text(row["linked_at"])) for row in rows]

    def unreported(self, *, linked_after: datetime, shipped_after: datetime) -> Sequence[Link]:
        """Return the orders and pieces without a label that may still get one.

        Excluded are those that were marked as shipped without a label before `shipped_after`, and
        those with an open step, which is retried or waits for the operator.
        """
        rows = self._db.execute(
            f"select * from links as this where {_UNREPORTED} and linked_at > :linked"  # noqa: S608
            " and not exists (select 1 from steps where portal = :portal"
            "  and task = 'update-tracking' and key = this.supplier_id || ':'"
            "  and code = 'no-tracking' and created_at < :shipped)"
            " and supplier_id not in (select supplier_id from steps where portal = :portal"
            f"  and task = 'update-tracking' and {UNSETTLED} and supplier_id is not null)"
            " order by linked_at",
            {
                "portal": self._portal,
                "linked": to_text(linked_after),
                "shipped": to_text(shipped_after),
            },
        )
        return [_link(row) for row in rows]

    def add(self, links: Iterable[Link], *, now: datetime) -> None:
        """Insert links. An existing link only gets the new state, unless that is `live`."""
        at, links = to_text(now), list(links)
        self._db.executemany(
            "insert into links"
            " (portal, kind, merchant_id, generation, supplier_id, state, linked_at)"
            " values (?, ?, ?, ?, ?, ?, ?) on conflict (portal, kind, merchant_id, generation)"
            " do update set state = excluded.state where excluded.state <> 'live'",
            (
                (
                    self._portal,
                    link.kind,
                    link.merchant_id,
                    link.generation,
                    link.supplier_id,
                    link.state,
                    at,
                )
                for link in links
            ),
        )
        self._db.executemany(
            "update links set reported = ? where portal = ? and kind = 'order' and merchant_id = ?",
            (
                (int(link.state == "live"), self._portal, link.merchant_id)
                for link in links
                if link.kind == "shipment"
            ),
        )


_UNREPORTED = "portal = :portal and kind = 'order' and state = 'live' and reported = 0"


def _link(row: "sqlite3.Row") -> Link:
    return Link(
        kind=row["kind"],
        merchant_id=row["merchant_id"],
        supplier_id=row["supplier_id"],
        generation=row["generation"],
        state=row["state"],
    )
