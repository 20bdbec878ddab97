"""The table `links`: which objects of the two accounts are the same. Never pruned."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from ordosync.clock import from_text, to_text
from ordosync.store.ledger import settle
from ordosync.store.link_rows import INSERT, link_of, product_link_of, row_of
from ordosync.store.link_steps import LinkSteps
from ordosync.store.links import Link, LinkKind
from ordosync.store.sku_map import MappedSku
from ordosync.store.step_rows import UNSETTLED

if TYPE_CHECKING:
    from ordosync.sql import Row


class Links(LinkSteps):
    """The table `links`, for one portal."""

    def of_merchant(self, kind: LinkKind, ids: Sequence[str]) -> Mapping[str, Link]:
        """Return the newest link of each of the Merchant's ids that has one."""
        if not ids:
            return {}
        rows = self._db.execute(
            "select * from links where portal = ? and kind = ?"
            " and merchant_id in (select value from json_each(?)) order by generation",
            (self._portal, kind, json.dumps(list(ids))),
        )
        return {row["merchant_id"]: link_of(row) for row in rows}

    def of_supplier(self, kind: LinkKind, ids: Sequence[str]) -> Mapping[str, Link]:
        """Return the newest link of each of the Supplier's ids that has one.

        If one order has several pieces at the Merchant, it is the piece that is not sent.
        """
        if not ids:
            return {}
        rows = self._db.execute(
            "select * from links where portal = ? and kind = ?"
            " and supplier_id in (select value from json_each(?))"
            " order by state not in ('split', 'sent'), generation,"
            " state <> 'cancelled_by_supplier'",
            (self._portal, kind, json.dumps(list(ids))),
        )
        return {row["supplier_id"]: link_of(row) for row in rows}

    def products(self, ids: Sequence[str]) -> Mapping[str, Link]:
        """Return the newest link of each of the Supplier's products that has one."""
        if not ids:
            return {}
        rows = self._db.execute(
            "select merchant_id, supplier_id, generation, state, pack, merchant_sku, supplier_sku"
            " from links where portal = ? and kind = 'product'"
            " and supplier_id in (select value from json_each(?)) order by generation",
            (self._portal, json.dumps(list(ids))),
        )
        return {row["supplier_id"]: product_link_of(row) for row in rows}

    def all_of_supplier(self, kind: LinkKind, ids: Sequence[str]) -> Mapping[str, Sequence[Link]]:
        """Return all links of the Supplier's ids, with the one of `of_supplier` first."""
        if not ids:
            return {}
        rows = self._db.execute(
            "select * from links where portal = ? and kind = ?"
            " and supplier_id in (select value from json_each(?))"
            " order by state in ('split', 'sent'), generation desc,"
            " state = 'cancelled_by_supplier'",
            (self._portal, kind, json.dumps(list(ids))),
        )
        found: dict[str, list[Link]] = {}
        for row in rows:
            found.setdefault(row["supplier_id"], []).append(link_of(row))
        return found

    def lines_of(self, order_ids: Sequence[str]) -> Mapping[str, Sequence[Link]]:
        """Return the newest links of the lines of the Merchant's orders, with their numbers.

        An order without such links is omitted: it was linked before the ledger, or created again
        while the store was missing.
        """
        found: dict[str, dict[str, Link]] = {}
        for row in self._of_orders("line", order_ids, condition=_OF_SAME_ORDER):
            if row["ordered"] is not None:
                found.setdefault(row["order_id"], {})[row["merchant_id"]] = link_of(row)
        return {order_id: [*lines.values()] for order_id, lines in found.items()}

    def parcels_of(self, order_ids: Sequence[str]) -> Mapping[str, Sequence[Link]]:
        """Return the newest link of each parcel of the Merchant's orders, oldest parcel first.

        An order that was linked before the ledger has one, for the label that was last reported.
        """
        found: dict[str, dict[str, Link]] = {}
        for order_id, link in self.of_merchant("shipment", order_ids).items():
            found[order_id] = {link.supplier_id: link}
        for row in self._of_orders("parcel", order_ids):
            found.setdefault(row["order_id"], {})[row["merchant_id"]] = link_of(row)
        return {order_id: [*parcels.values()] for order_id, parcels in found.items()}

    def line_history(self, order_ids: Sequence[str]) -> Sequence[Link]:
        """Return the links of the lines of the Merchant's orders, of all imports."""
        return [link_of(row) for row in self._of_orders("line", order_ids)]

    def _of_orders(
        self, kind: LinkKind, order_ids: Sequence[str], *, condition: str = ""
    ) -> "list[Row]":
        if not order_ids:
            return []
        return self._db.execute(
            "select * from links where portal = ? and order_id in (select value from json_each(?))"  # noqa: S608
            f" and order_id is not null and kind = ? {condition}"
            " order by generation, linked_at, merchant_id",
            (self._portal, json.dumps(list(order_ids)), kind),
        ).fetchall()

    def history(self, kind: LinkKind, merchant_id: str) -> Sequence[tuple[Link, datetime]]:
        """Return all links of a Merchant's id, each with its creation time, oldest first."""
        rows = self._db.execute(
            "select * from links where portal = ? and kind = ? and merchant_id = ?"
            " order by generation",
            (self._portal, kind, merchant_id),
        )
        return [(link_of(row), from_text(row["linked_at"])) for row in rows]

    def parcel_history(self, order_id: str) -> Sequence[tuple[Link, datetime]]:
        """Return all links of an order's parcels, each with its creation time, oldest first."""
        rows = self._db.execute(
            "select * from links where portal = ? and kind = 'shipment' and merchant_id = ?"
            " union all select * from links where portal = ? and order_id = ? and kind = 'parcel'"
            " order by linked_at, generation",
            (self._portal, order_id, self._portal, order_id),
        )
        return [(link_of(row), from_text(row["linked_at"])) for row in rows]

    def live(self, kind: LinkKind, *, page: int = 500) -> Iterator[list[Link]]:
        """Yield the links that have not ended, in pages."""
        last = ""
        while rows := self._db.execute(
            "select * from links where portal = ? and kind = ?"
            " and state in ('live', 'cancel_asked') and merchant_id > ?"
            " order by merchant_id limit ?",
            (self._portal, kind, last, page),
        ).fetchall():
            yield [link_of(row) for row in rows]
            last = rows[-1]["merchant_id"]

    def of_either(self, side: Literal["merchant", "supplier"], order_id: str) -> Sequence[Link]:
        """Return all links of an order, of every generation, by its id on one side."""
        rows = self._db.execute(
            f"select * from links where portal = ? and kind = 'order' and {side}_id = ?"  # noqa: S608
            " order by generation",
            (self._portal, order_id),
        )
        return [link_of(row) for row in rows]

    def count(self) -> int:
        """Return the number of links of all kinds."""
        statement = "select count(*) from links where portal = ?"
        return int(self._db.execute(statement, (self._portal,)).fetchone()[0])

    def in_state(self, state: Literal["reopened", "cancel_asked"]) -> Sequence[Link]:
        """Return the orders in a state that few orders have."""
        rows = self._db.execute(
            f"select * from links where portal = ? and kind = 'order' and state = '{state}'"  # noqa: S608
            " order by merchant_id",
            (self._portal,),
        )
        return [link_of(row) for row in rows]

    def requested_again(self, ids: Sequence[str]) -> None:
        """Record that the Merchant requests these orders again after a refused cancellation."""
        self._db.execute(
            "update links set state = 'live' where portal = ? and kind = 'order'"
            " and state = 'cancel_refused' and merchant_id in (select value from json_each(?))",
            (self._portal, json.dumps(list(ids))),
        )

    def unshipped(self, *, before: datetime, limit: int) -> Sequence[tuple[Link, datetime]]:
        """Return orders and pieces without a label, linked before a time, with their link times."""
        rows = self._db.execute(
            f"select * from links where {_UNREPORTED} and linked_at < :before"  # noqa: S608
            " order by linked_at limit :limit",
            {"portal": self._portal, "before": to_text(before), "limit": limit},
        )
        return [(link_of(row), from_text(row["linked_at"])) for row in rows]

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
            " and merchant_id not in (select merchant_id from steps where portal = :portal"
            f"  and task = 'update-tracking' and {UNSETTLED} and merchant_id is not null)"
            " order by linked_at",
            {
                "portal": self._portal,
                "linked": to_text(linked_after),
                "shipped": to_text(shipped_after),
            },
        )
        return [link_of(row) for row in rows]

    def add(self, links: Iterable[Link], *, now: datetime) -> None:
        """Insert links, and apply them to the ledger; see `ledger.settle`.

        An existing link only gets the new state, unless that is `live`, and its missing numbers; it
        keeps its pack. An order that `is_restored` is live again.
        Raises `LedgerError` if more units would be sent or cancelled than were ordered.
        """
        links, at = list(links), to_text(now)
        parcels = [link for link in links if link.kind in ("shipment", "parcel")]
        changed = [link for link in links if link.kind == "line" and link.cancelled is not None]
        self._restore([link.merchant_id for link in links if link.is_restored])
        self._insert([link for link in links if link.kind not in ("shipment", "parcel")], at)
        settle(self._db, self._portal, links)
        self._insert(parcels, at)
        if parcels or changed:
            self._note_reported({link.order_id or link.merchant_id for link in parcels + changed})

    def mapped_products(self, sku: str) -> Sequence[Link]:
        """Return the links of mapped products with this SKU in one of the accounts."""
        rows = self._db.execute(
            "select * from links where portal = ? and kind = 'product'"
            " and ? in (merchant_sku, supplier_sku) order by merchant_sku",
            (self._portal, sku),
        )
        return [link_of(row) for row in rows]

    def set_rows(self, rows: Mapping[str, MappedSku]) -> None:
        """Set the rows of the SKU map of linked products, by the Merchant's id."""
        self._db.executemany(
            "update links set pack = ?, merchant_sku = ?, supplier_sku = ?"
            " where portal = ? and kind = 'product' and merchant_id = ? and state = 'live'",
            [
                (row.pack, row.merchant_sku, row.supplier_sku, self._portal, id_)
                for id_, row in rows.items()
            ],
        )

    def _restore(self, order_ids: Sequence[str]) -> None:
        """Make orders live again that the Supplier had cancelled, or was asked to cancel."""
        if order_ids:
            self._db.execute(
                "update links set state = 'live' where portal = ? and kind = 'order'"
                " and state in ('cancelled_by_supplier', 'cancel_asked')"
                " and merchant_id in (select value from json_each(?))",
                (self._portal, json.dumps(list(order_ids))),
            )

    def _insert(self, links: Sequence[Link], at: str) -> None:
        self._db.executemany(INSERT, [row_of(self._portal, link, at) for link in links])

    def _note_reported(self, order_ids: AbstractSet[str]) -> None:
        """Record which of these orders have a live parcel and no open unit."""
        parcels, lines = self.parcels_of(sorted(order_ids)), self.lines_of(sorted(order_ids))
        self._db.executemany(
            "update links set reported = ? where portal = ? and kind = 'order' and merchant_id = ?",
            [
                (
                    any(link.state == "live" for link in parcels.get(order_id, ()))
                    and not any(line.open_units for line in lines.get(order_id, ())),
                    self._portal,
                    order_id,
                )
                for order_id in sorted(order_ids)
            ],
        )


# PostgreSQL would make a join of `not exists`, with all links while it has no statistics of them.
_OF_SAME_ORDER = """and 0 = (
    select count(*) from links as new
    join links as old on old.portal = new.portal and old.kind = new.kind
        and old.merchant_id = new.merchant_id and old.supplier_id <> new.supplier_id
    where new.portal = links.portal and new.kind = 'order' and new.merchant_id = links.order_id
        and new.generation > links.generation and old.generation = links.generation
)"""
_UNREPORTED = "portal = :portal and kind = 'order' and state = 'live' and reported = 0"
