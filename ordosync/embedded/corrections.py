"""Corrections that users make to open orders and to products of a local account."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from ordosync.embedded import ancestry, change_feed, holds, orders, products, timeline
from ordosync.embedded.tags import with_tags
from ordosync.models import Order, Outcome, refused
from ordosync.order_checks import refusal
from ordosync.text import status_text

if TYPE_CHECKING:
    import sqlite3

    from ordosync.embedded.database import EmbeddedFile

_FIELDS = {"shipping_method": "shipping method", "internal_notes": "internal note", "tags": "tags"}
"""The other fields of an order that can be corrected, and their names in the timeline."""

_EDIT_PRODUCT = """
update products
set name = coalesce(:name, name), price = coalesce(:price, price), bin = coalesce(:bin, bin)
where sku = :sku and (coalesce(:name, name) <> name or coalesce(:price, price) is not price
    or coalesce(:bin, bin) <> bin)
"""


class Corrections:
    """Corrects orders and products of one local account."""

    def __init__(self, file: "EmbeddedFile") -> None:
        self._file = file

    def edit_order(
        self,
        number: str,
        *,
        ship_to: Mapping[str, str],
        texts: Mapping[str, str],
        tags: Sequence[str] = (),
        removed_tags: Sequence[str] = (),
        warehouse: str = "",
    ) -> Outcome:
        """Set these fields of the address, the shipping method and the note of an open order.

        `tags` are added. `warehouse` is the one that sends it, and has its units committed; empty
        keeps the old one.
        """

        def edit(db: "sqlite3.Connection", number: str) -> Outcome:
            return _edit_order(
                db,
                number,
                lambda order: replace(
                    order,
                    ship_to=replace(order.ship_to, **ship_to),
                    tags=with_tags(order.tags, added=tags, removed=removed_tags),
                    **texts,
                ),
                warehouse,
            )

        return self._file.write_each(f"edit order {number}", [number], edit)[0]

    def release_order(self, number: str) -> Outcome:
        """End the hold of an order that the Merchant edited."""
        release = partial(holds.release, actor="desk")
        return self._file.write_each(f"release order {number}", [number], release)[0]

    def edit_product(
        self, sku: str, *, name: str | None, price: Decimal | None, storage_bin: str | None
    ) -> Outcome:
        """Set the name, the price and the bin of a product; None keeps the old one."""

        def edit(db: "sqlite3.Connection", sku: str) -> Outcome:
            if not products.read(db, [sku]):
                return refused("not-found", "does not exist")
            changed = db.execute(
                _EDIT_PRODUCT,
                {
                    "sku": sku,
                    "name": name,
                    "price": None if price is None else str(price),
                    "bin": storage_bin,
                },
            )
            if not changed.rowcount:
                return Outcome(state="unchanged", id=sku)
            change_feed.add(db, "product", sku, "edited")
            return Outcome(state="done", id=sku)

        return self._file.write_each(f"edit product {sku}", [sku], edit)[0]


def _edit_order(
    db: "sqlite3.Connection",
    number: str,
    edited: Callable[[Order], Order],
    warehouse: str,
) -> Outcome:
    state, before = orders.state_of(db, number), orders.read(db, number)
    if state is None or before is None:
        return refused("not-found", "does not exist")
    if state.is_split:
        return ancestry.refused_as_split(db, number, "edited", code="not-open")
    if not state.is_open:
        return refused("not-open", f"is {status_text(state.status)}")
    after = edited(before)
    names = ["address"] if after.ship_to != before.ship_to else []
    names += [
        noun for name, noun in _FIELDS.items() if getattr(after, name) != getattr(before, name)
    ]
    warehouse = warehouse or state.warehouse
    names += ["warehouse"] if warehouse != state.warehouse else []
    if not names:
        return Outcome(state="unchanged", id=number)
    if reason := refusal(after, by_desk=True, is_stored=True):
        return refused("invalid-order", reason)
    db.execute(
        "update orders set ship_to = ?, shipping_method = ?, internal_notes = ?, tags = ?,"
        " warehouse = ? where number = ?",
        (
            msgspec.json.encode(after.ship_to).decode(),
            after.shipping_method,
            after.internal_notes,
            msgspec.json.encode(after.tags).decode(),
            warehouse,
            number,
        ),
    )
    change_feed.add(db, "order", number, "edited")
    # The timeline is read by more people than an address is.
    timeline.add(db, number, f"Edited: {', '.join(names)}", actor="desk")
    return Outcome(state="done", id=number)
