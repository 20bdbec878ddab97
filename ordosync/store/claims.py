"""Claims: each line of a Merchant account is sent by at most one portal.

A claim is committed together with the `sending` of its order, so two processes never both have
it. It is kept like a link. It ends when the order was not sent or was cancelled.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from ordosync.sql import Connection

_OVER = ("cancelled_by_task", "cancelled_by_supplier")


class Holder(Struct, frozen=True, kw_only=True):
    """The portal that has claimed a line, and the key of its step."""

    portal: str
    key: str


class Claims:
    """The table `claims`, for one Merchant account."""

    def __init__(self, connection: "Connection", account: str) -> None:
        self._db = connection
        self._account = account

    def others(self, portal: str, lines: Sequence[str]) -> Mapping[str, Holder]:
        """Return the other portals that have claimed some of these lines, by line."""
        rows = self._db.execute(
            "select line_id, portal, key from claims where account = ?"
            " and line_id in (select value from json_each(?)) and portal <> ?",
            (self._account, json.dumps(list(lines)), portal),
        )
        return {row["line_id"]: Holder(portal=row["portal"], key=row["key"]) for row in rows}

    def sent_before(
        self, rivals: Sequence[str], merchant_id: str, lines: Sequence[str]
    ) -> Holder | None:
        """Return the portal that has sent one of these lines, according to links instead of claims.

        A portal does not count if its order was cancelled or has another supplier by now.
        """
        row = self._db.execute(
            "select ordered.portal, ordered.merchant_id || '#' || ordered.generation as key"
            " from links as ordered where ordered.kind = 'order' and ordered.merchant_id = :id"
            " and ordered.portal in (select value from json_each(:rivals))"
            " and ordered.state not in (select value from json_each(:over))"
            " and exists (select 1 from links where portal = ordered.portal and kind = 'line'"
            "  and merchant_id in (select value from json_each(:lines)))"
            " and not exists (select 1 from links where portal = ordered.portal and kind = 'order'"
            "  and merchant_id = :id and generation > ordered.generation)"
            " and not exists (select 1 from steps where portal = ordered.portal"
            "  and task = 'import-orders' and key = ordered.merchant_id || '#' ||"
            "  ordered.generation || ':reassigned' and state in ('done', 'failed')) limit 1",
            {
                "id": merchant_id,
                "rivals": json.dumps(list(rivals)),
                "over": json.dumps(_OVER),
                "lines": json.dumps(list(lines)),
            },
        ).fetchone()
        return Holder(portal=row["portal"], key=row["key"]) if row else None

    def is_over(self, holder: Holder) -> bool:
        """True if a run found that the Supplier of the holder cancelled the order by itself."""
        row = self._db.execute(
            "select 1 from steps where portal = ? and merchant_id = ? and state = 'failed'"
            " and code = 'supplier-cancelled' limit 1",
            (holder.portal, holder.key.rpartition("#")[0]),
        ).fetchone()
        return row is not None

    def are_held(self, portal: str, key: str) -> bool:
        """True if a step of this portal holds claimed lines."""
        row = self._db.execute(
            "select 1 from claims where account = ? and portal = ? and key = ? limit 1",
            (self._account, portal, key),
        ).fetchone()
        return row is not None

    def take(self, portal: str, lines: Mapping[str, str]) -> None:
        """Claim lines for steps of this portal, except those that another portal has claimed."""
        self._db.executemany(
            "insert into claims (account, line_id, portal, key) values (?, ?, ?, ?)"
            " on conflict (account, line_id) do update set key = excluded.key"
            " where claims.portal = excluded.portal",
            [(self._account, line, portal, key) for line, key in lines.items()],
        )

    def free(self, portal: str, keys: Iterable[str]) -> None:
        """Delete the claims of these steps."""
        self._db.executemany(
            "delete from claims where portal = ? and key = ?", [(portal, key) for key in keys]
        )
