"""The ledger of units: for each line of an order, ordered = open + sent + cancelled.

It is part of the links: a line's link has the three numbers, and a parcel's link has the units that
it holds. Only `settle` changes the numbers, in the transaction that settles the step. It compares
the links before and after, so settling the same links twice changes nothing.

A link that is older than the ledger has no numbers. Then all units of its order count as one, and
`reconcile` and `rebuild-state` add the numbers.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from ordosync.errors import OrdosyncError

if TYPE_CHECKING:
    from ordosync.sql import Connection
    from ordosync.store.links import Link

ENDED = ("cancelled_by_task", "cancelled_by_supplier")
"""States of an order without open units."""


class LedgerError(OrdosyncError):
    """A step would send or cancel more units of a line than were ordered."""


def settle(db: "Connection", portal: str, links: Sequence["Link"]) -> None:
    """Apply these links to the numbers of lines. The caller inserts the parcels after that.

    Raises `LedgerError` if a number would become negative; then the transaction is rolled back.
    """
    orders = [link for link in links if link.kind == "order"]
    parcels = [link for link in links if link.kind in ("shipment", "parcel")]
    for line in (link for link in links if _changes_line(link)):
        _settle_line(db, portal, line)
    _add_sent(db, portal, _units_of_parcels(db, portal, parcels))
    for order in orders:
        if order.state in ENDED:
            _cancel_open(db, portal, order.merchant_id)
        elif order.generation > 1:
            _reopen(db, portal, order)


class _Held(Struct, frozen=True):
    """The counted fields of a parcel's newest link."""

    generation: int = 0
    is_live: bool = False
    units: Mapping[str, int] = {}

    @property
    def counted(self) -> Mapping[str, int]:
        return self.units if self.is_live else {}

    def after(self, link: "Link") -> "_Held":
        """Return the units that the parcel holds once this link is inserted.

        A void label stays void: the next valid label has a new generation.
        """
        if link.generation < self.generation:
            return self
        is_same = link.generation == self.generation
        units = self.units if link.units is None and is_same else link.units or {}
        is_live = link.state == "live" and (self.is_live or not is_same)
        return _Held(link.generation, is_live, units)


def _units_of_parcels(
    db: "Connection", portal: str, parcels: Iterable["Link"]
) -> Mapping[str, int]:
    """Return the change of each line's units in parcels; negative if parcels were voided."""
    change: Counter[str] = Counter()
    held: dict[tuple[str, str], _Held] = {}
    for link in parcels:
        key = (link.kind, link.merchant_id)
        before = held[key] if key in held else _held(db, portal, *key)
        held[key] = before.after(link)
        change.update(held[key].counted)
        change.subtract(before.counted)
    return {line_id: units for line_id, units in change.items() if units}


def _held(db: "Connection", portal: str, kind: str, parcel_id: str) -> _Held:
    """Return the recorded units of a parcel."""
    row = db.execute(
        "select generation, state, units from links"
        " where portal = ? and kind = ? and merchant_id = ? order by generation desc limit 1",
        (portal, kind, parcel_id),
    ).fetchone()
    if row is None:
        return _Held()
    return _Held(row["generation"], row["state"] == "live", json.loads(row["units"] or "{}"))


def _add_sent(db: "Connection", portal: str, change: Mapping[str, int]) -> None:
    """Add to the sent units of lines. A cancelled unit that is sent all the same counts as sent.

    The parcel is a fact; the cancellation was only a request.
    """
    for line_id, units in change.items():
        row = db.execute(
            "select generation, ordered, sent, cancelled, short from links"
            " where portal = ? and kind = 'line' and merchant_id = ?"
            " order by generation desc limit 1",
            (portal, line_id),
        ).fetchone()
        if row is None or row["ordered"] is None:
            continue
        sent = row["sent"] + units
        if not 0 <= sent <= row["ordered"]:
            raise LedgerError(
                f"portal {portal}: line {line_id} would have {sent} of {row['ordered']} units"
                " sent; run `ordosync reconcile` to see both accounts"
            )
        cancelled = min(row["cancelled"], row["ordered"] - sent)
        db.execute(
            "update links set sent = ?, cancelled = ?, short = ?"
            " where portal = ? and kind = 'line' and merchant_id = ? and generation = ?",
            (
                sent,
                cancelled,
                _without_sent(row["short"], row["cancelled"] - cancelled),
                portal,
                line_id,
                row["generation"],
            ),
        )


def _without_sent(short: str | None, units: int) -> str | None:
    """Return the short units of a line of which so many were sent after all."""
    if short is None or not units:
        return short
    values = json.loads(short)
    return json.dumps({**values, "cancelled": max(values.get("cancelled", 0) - units, 0)})


def _changes_line(link: "Link") -> bool:
    """True if a line was linked before, and its numbers may change now."""
    is_new = link.raised_to is None and link.cancelled is None and not link.moved
    return link.kind == "line" and not (is_new and link.state == "live")


def _settle_line(db: "Connection", portal: str, line: "Link") -> None:
    """Set the ordered or cancelled units of a line, or end it if its open units went to pieces."""
    where = " where portal = ? and kind = 'line' and merchant_id = ? and generation = ?"
    key = (portal, line.merchant_id, line.generation)
    if line.raised_to is not None:
        db.execute(
            f"update links set ordered = ?{where} and ordered < ?",  # noqa: S608
            (line.raised_to, *key, line.raised_to),
        )
    if line.moved:
        db.execute(f"update links set ordered = ordered - ?{where}", (line.moved, *key))  # noqa: S608
    if line.state == "split":
        db.execute(f"update links set ordered = sent + cancelled{where}", key)  # noqa: S608
    elif line.cancelled is not None:
        row = db.execute(f"select ordered, sent from links{where}", key).fetchone()  # noqa: S608
        if row is None or row["ordered"] is None:
            return
        if not 0 <= line.cancelled <= row["ordered"] - row["sent"]:
            raise LedgerError(
                f"portal {portal}: line {line.merchant_id} would have {line.cancelled} units"
                f" cancelled of {row['ordered']}, of which {row['sent']} were sent"
            )
        db.execute(f"update links set cancelled = ?{where}", (line.cancelled, *key))  # noqa: S608


def _cancel_open(db: "Connection", portal: str, order_id: str) -> None:
    """Count all open units of an order as cancelled."""
    db.execute(
        "update links set cancelled = ordered - sent"
        " where portal = ? and order_id = ? and kind = 'line' and ordered is not null",
        (portal, order_id),
    )


def _reopen(db: "Connection", portal: str, order: "Link") -> None:
    """Count the cancelled units of an order as open again, as the Supplier restored it.

    An order that was created again is another order at the Supplier, with its own lines.
    """
    db.execute(
        "update links set cancelled = 0, short = null"
        " where portal = ? and order_id = ? and kind = 'line' and generation < ? and exists"
        " (select 1 from links as before where before.portal = links.portal"
        " and before.kind = 'order' and before.merchant_id = links.order_id"
        " and before.generation = links.generation and before.supplier_id = ?)",
        (portal, order.merchant_id, order.generation, order.supplier_id),
    )
