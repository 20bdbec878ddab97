"""The digests in the table `links` by which edits of imported orders are noticed."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from ordosync.clock import from_text
from ordosync.store.step_rows import UNSETTLED

if TYPE_CHECKING:
    from ordosync.sql import Connection


class LinkDigests:
    """Changes of the digests of one portal, and its open edits."""

    def __init__(self, connection: "Connection", portal: str) -> None:
        self._db = connection
        self._portal = portal

    def linked_at(self, ids: Sequence[str]) -> Mapping[str, datetime]:
        """Return when each of the Merchant's orders was linked last."""
        rows = self._db.execute(
            "select merchant_id, max(linked_at) as at from links where portal = ?"
            " and kind = 'order' and merchant_id in (select value from json_each(?)) group by 1",
            (self._portal, json.dumps(list(ids))),
        )
        return {row["merchant_id"]: from_text(row["at"]) for row in rows}

    def carries_cancellations(self) -> bool:
        """True if `cancel-orders` runs automatically, or would if it were not paused."""
        row = self._db.execute(
            "select 1 from schedule where portal = ? and task = 'cancel-orders'"
            " and interval_s is not null",
            (self._portal,),
        ).fetchone()
        return row is not None

    def runs_cancellations(self) -> bool:
        """True if `cancel-orders` runs automatically, and is not paused."""
        row = self._db.execute(
            "select 1 from schedule where portal = ? and task = 'cancel-orders'"
            " and interval_s is not null and coalesce(paused, 0) = 0",
            (self._portal,),
        ).fetchone()
        return row is not None

    def written(self, versions: Mapping[str, int]) -> None:
        """Set the versions of orders whose edits were written, by the keys of their steps."""
        self._set("version", versions)

    def know(self, digests: Mapping[str, str | None]) -> None:
        """Set the digests of orders, by the keys of the steps that sent them."""
        self._set("digests", digests)

    def _set(self, column: str, values: Mapping[str, str | int | None]) -> None:
        self._db.executemany(
            f"update links set {column} = ? where portal = ? and kind = 'order'"  # noqa: S608
            " and merchant_id = ? and generation = ?",
            [
                (value, self._portal, id_, int(generation))
                for key, value in values.items()
                for id_, _, generation in [key.rpartition("#")]
            ],
        )

    def forget_digests(self, merchant_ids: Sequence[str]) -> None:
        """Delete the digests of these orders of the Merchant, also of their settled edits."""
        values = {"portal": self._portal, "ids": json.dumps(list(merchant_ids))}
        of_orders = "merchant_id in (select value from json_each(:ids))"
        self._db.execute(
            "update links set digests = null where portal = :portal and kind = 'order'"  # noqa: S608
            f" and {of_orders}",
            values,
        )
        edits = (
            "from steps where portal = :portal and task = 'import-orders'"
            f" and key like '%:edit' and {of_orders}"
        )
        self._db.execute(
            "update concerns set content = '' where key in"  # noqa: S608
            f" (select portal || ':' || task || ':' || key {edits})",
            values,
        )
        self._db.execute(
            "update steps set digests = null, content = case when key like '%:edit' then ''"  # noqa: S608
            f" else content end where portal = :portal and task = 'import-orders' and {of_orders}",
            values,
        )

    def open_edits(self) -> Sequence[tuple[str, str, str]]:
        """Return both ids of each order with an open edit, and what is said about it."""
        rows = self._db.execute(
            f"select merchant_id, supplier_id, reason from steps where portal = ?"  # noqa: S608
            f" and task = 'import-orders' and {UNSETTLED} and state = 'failed'"
            " and key like '%:edit' and content like '%:%' order by id",
            (self._portal,),
        )
        return [
            (row["merchant_id"] or "", row["supplier_id"] or "", row["reason"] or "")
            for row in rows
        ]
