"""Queries of links whose steps are not settled: where the ledger may be behind."""

import json
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime

from msgspec import Struct

from ordosync.clock import from_text
from ordosync.store.link_digests import LinkDigests
from ordosync.store.step_rows import ADDED, UNSETTLED
from ordosync.store.written import Written, from_json


class OpenImport(Struct, frozen=True, kw_only=True, gc=False):
    """An import of an order that is not settled."""

    since: datetime
    """When the order was first read, or when its last hold ended."""
    is_released: bool
    """True if the operator released it from the rules that hold it."""
    is_tried: bool
    """True if it was written before: then no rule held it."""
    is_uncertain: bool
    """True if only a look-up shows if it was written."""


class Attempt(Struct, frozen=True, kw_only=True, gc=False):
    """A label whose write was not finished: the Merchant may show its number."""

    key: str
    """The key of its step."""
    order_id: str
    """The Merchant's order, or a piece of it."""
    parcel_id: str
    """The Supplier's id of its parcel."""
    number: str
    written: Written
    at: datetime
    """When the write became due."""


class LinkSteps(LinkDigests):
    """Queries of the steps of linked orders, for one portal."""

    def open_imports(self, keys: Sequence[str]) -> Mapping[str, OpenImport]:
        """Return the imports among these steps that are not settled, by key."""
        rows = self._db.execute(
            "select key, state, created_at, released_at, attempts from steps where portal = ?"  # noqa: S608
            f" and task = 'import-orders' and {UNSETTLED}"
            " and key in (select value from json_each(?))",
            (self._portal, json.dumps(list(keys))),
        )
        return {
            row["key"]: OpenImport(
                since=from_text(row["created_at"]),
                is_released=row["released_at"] is not None,
                is_tried=row["attempts"] > 0,
                is_uncertain=row["state"] in ("sending", "unknown"),
            )
            for row in rows
        }

    def may_lack_parcels(self) -> bool:
        """True if the Merchant may show parcels that have no link: then the ledger is behind.

        After a rebuild, a linked parcel may be void since then. Without any run or parcel, it is no
        task of this portal.
        """
        row = self._db.execute(
            "select 1 from schedule where portal = :portal and task = 'update-tracking'"
            " and restored_at is not null and (last_started_at is not null or exists"
            " (select 1 from links where portal = :portal and kind = 'parcel'))"
            " union all select 1 from steps where portal = :portal and task = 'update-tracking'"
            " and state in ('sending', 'unknown') limit 1",
            {"portal": self._portal},
        ).fetchone()
        return row is not None

    def with_unreported_parcels(self, ids: Sequence[str]) -> AbstractSet[str]:
        """Return those of the Merchant's orders with a parcel that is not reported yet."""
        rows = self._db.execute(
            "select distinct merchant_id from steps where portal = ? and task = 'update-tracking'"  # noqa: S608
            f" and ({UNSETTLED} or code = 'no-tracking')"
            " and key not like '%:supplier-cancelled-rest'"
            " and merchant_id in (select value from json_each(?))",
            (self._portal, json.dumps(list(ids))),
        )
        return frozenset(row["merchant_id"] for row in rows)

    def attempts(self, order_ids: Sequence[str]) -> Sequence[Attempt]:
        """Return the labels of the Merchant's orders whose write was not finished, oldest first."""
        rows = self._db.execute(
            "select key, merchant_id, supplier_id, content, written, created_at from steps"  # noqa: S608
            f" where portal = ? and task = 'update-tracking' and {UNSETTLED}"
            " and (state in ('sending', 'unknown') or state = 'waiting' and attempts > 0)"
            " and supplier_id is not null and key like '%:' || content"
            " and content not like '%:%' and content <> ''"
            " and merchant_id in (select value from json_each(?)) order by id",
            (self._portal, json.dumps(list(order_ids))),
        )
        return [
            Attempt(
                key=row["key"],
                order_id=row["merchant_id"],
                parcel_id=row["supplier_id"],
                number=row["content"],
                written=from_json(row["written"]) or Written(),
                at=from_text(row["created_at"]),
            )
            for row in rows
        ]

    def with_uncertain_units(self, ids: Sequence[str]) -> AbstractSet[str]:
        """Return those of the Merchant's orders whose units a task may have changed unrecorded."""
        rows = self._db.execute(
            "select distinct merchant_id from steps where portal = ?"  # noqa: S608
            f" and task in ('cancel-orders', 'import-orders') and {UNSETTLED}"
            " and state in ('sending', 'unknown')"
            " and merchant_id in (select value from json_each(?))",
            (self._portal, json.dumps(list(ids))),
        )
        return frozenset(row["merchant_id"] for row in rows)

    def with_added_lines(self, ids: Sequence[str]) -> AbstractSet[str]:
        """Return those of the Supplier's orders whose other pieces only hold lines it added."""
        rows = self._db.execute(
            "select key from steps where portal = ? and task = 'split-order' and code = ?"
            " and key in (select value from json_each(?))",
            (self._portal, ADDED, json.dumps(list(ids))),
        )
        return frozenset(row["key"] for row in rows)

    def asked_reductions(self) -> Mapping[str, str]:
        """Return the contents of the reductions that the Supplier was asked for, by order.

        It has not answered them yet. The ids are those of the Merchant.
        """
        rows = self._db.execute(
            "select merchant_id, content from steps where portal = ? and task = 'cancel-orders'"
            " and (state = 'held' or state = 'failed' and code = 'not-answered')"
            " and key like '%:less' and merchant_id is not null order by id",
            (self._portal,),
        )
        return {row["merchant_id"]: row["content"] for row in rows}

    def reduced_at(self, ids: Sequence[str]) -> Mapping[str, datetime]:
        """Return when cancel-orders last removed units of these orders of the Merchant."""
        rows = self._db.execute(
            "select merchant_id, max(updated_at) as at from steps where portal = ?"
            " and task = 'cancel-orders' and state = 'done'"
            " and merchant_id in (select value from json_each(?)) group by 1",
            (self._portal, json.dumps(list(ids))),
        )
        return {row["merchant_id"]: from_text(row["at"]) for row in rows}

    def may_lack_cancellations(self) -> bool:
        """True if units may have been cancelled that the ledger does not have after a restore."""
        row = self._db.execute(
            "select 1 from schedule where portal = ? and task = 'cancel-orders'"
            " and restored_at is not null and last_started_at is not null limit 1",
            (self._portal,),
        ).fetchone()
        return row is not None

    def with_reported_cancellations(
        self, ids: Sequence[str], *, tasks: Sequence[str] = ("report-shortages", "update-tracking")
    ) -> AbstractSet[str]:
        """Return those of the Merchant's orders whose cancellation by the Supplier is a step.

        It has failed, or it was dismissed.
        """
        rows = self._db.execute(
            "select distinct merchant_id from steps where portal = ?"
            " and task in (select value from json_each(?)) and content like '%cancelled%'"
            " and (state = 'failed' or code = 'dismissed')"
            " and merchant_id in (select value from json_each(?))",
            (self._portal, json.dumps(list(tasks)), json.dumps(list(ids))),
        )
        return frozenset(row["merchant_id"] for row in rows)
