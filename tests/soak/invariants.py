"""Invariants after healing (I1 to I8). Each check yields its violations."""

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from tests.fakes.ordoro import FakeOrdoro
from tests.soak.people import CANARY, Portal


def broken(
    folder: Path, portals: Sequence[Portal], merchant: FakeOrdoro, supplier: FakeOrdoro
) -> list[str]:
    """Return the violations of all invariants."""
    with closing(sqlite3.connect(folder / "ordosync.db")) as db:
        return [
            *_one_order_each(db, portals, supplier),
            *_nothing_open(db),
            *_stock_agrees(portals, merchant, supplier),
            *_shipments_told(db, portals, merchant, supplier),
            *_database_is_whole(db),
            *_nothing_personal(folder, merchant, supplier),
            *_no_lease(db),
        ]


def _one_order_each(
    db: sqlite3.Connection, portals: Sequence[Portal], supplier: FakeOrdoro
) -> Iterator[str]:
    roots = [order for order in supplier.shop.orders.values() if order.parent is None]
    for reference, count in Counter(order.cart_order_id for order in roots).items():
        if reference and count > 1:
            yield f"I1: {count} orders at the Supplier have the reference {reference}"
    linked = {ours for (ours,) in db.execute("select merchant_id from links where kind = 'order'")}
    for portal in portals:
        for number in portal.ours("dropshipment_requested"):
            if number not in linked:
                yield f"I1: order {number} was never sent"


def _nothing_open(db: sqlite3.Connection) -> Iterator[str]:
    rows = db.execute(
        "select task, key, state, reason from steps"
        " where state in ('sending', 'unknown', 'waiting')"
    )
    yield from (f"I2: {task} {key} is {state}: {reason}" for task, key, state, reason in rows)


def _stock_agrees(
    portals: Sequence[Portal], merchant: FakeOrdoro, supplier: FakeOrdoro
) -> Iterator[str]:
    for portal in portals:
        for sku in portal.skus:
            if sku not in supplier.shop.products or not supplier.shop.products[sku].on_hand:
                # The SKU was never counted.
                continue
            expected = max(supplier.product(sku)["available_on_hand"], 0)
            quantity = sum(merchant.shop.products[sku].on_hand.values())
            if quantity != expected:
                yield f"I4: {sku} is {quantity} at the Merchant and {expected} at the Supplier"


def _shipments_told(
    db: sqlite3.Connection,
    portals: Sequence[Portal],
    merchant: FakeOrdoro,
    supplier: FakeOrdoro,
) -> Iterator[str]:
    reported = {
        order.shipping.body.get("tracking_number")
        for order in merchant.shop.orders.values()
        if order.shipping
    }
    reasons = {key for (key,) in db.execute("select key from steps where state = 'failed'")}
    for portal in portals:
        for number in portal.theirs("shipped"):
            shipping = supplier.shop.orders[number].shipping
            tracking = shipping and shipping.body.get("tracking_number")
            if tracking and tracking not in reported and f"{number}:{tracking}" not in reasons:
                yield f"I5: tracking {tracking} of order {number} is missing without a reason"


def _database_is_whole(db: sqlite3.Connection) -> Iterator[str]:
    [result] = db.execute("pragma integrity_check").fetchone()
    if result != "ok":
        yield f"I6: {result}"


def _nothing_personal(folder: Path, merchant: FakeOrdoro, supplier: FakeOrdoro) -> Iterator[str]:
    for path in folder.rglob("*"):
        if path.is_file() and path.name != "config.yaml":
            content = path.read_bytes()
            for word in (CANARY, merchant.secret, supplier.secret):
                if word.encode() in content:
                    yield f"I7: {word} is in {path.name}"


def _no_lease(db: sqlite3.Connection) -> Iterator[str]:
    rows = db.execute("select portal, resource from leases where owner is not null")
    yield from (f"I8: {portal} {resource} is held by a dead process" for portal, resource in rows)
