"""What both roles stand on: the orders of a shop by id, its products by SKU, its notes."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from msgspec import Raw

from ordosync.accounts.pagination import LIMIT, since_cursor
from ordosync.accounts.woocommerce.order_mapping import refunded
from ordosync.accounts.woocommerce.order_metadata import order_of
from ordosync.accounts.woocommerce.pagination import ORDER_FIELDS, PRODUCT_FIELDS, Params, at_of
from ordosync.accounts.woocommerce.parcels import Seen, trackings
from ordosync.accounts.woocommerce.schema import OrderShape, ProductShape, RefundShape, read
from ordosync.accounts.woocommerce.shop_features import NO_ROUTE, Place
from ordosync.accounts.woocommerce.tracking_providers import Fulfillments, say_once
from ordosync.errors import NotFoundError, RefusedError, UnavailableError
from ordosync.models import Comment, Unusable

T = TypeVar("T")
Left = Mapping[int, float]
"""How much of which lines, as shops say it, of whom some sell half a metre."""
_LONGEST_QUERY = 4_000
_ALL: Params = {"per_page": str(LIMIT)}


class Side(Place):
    """A WooCommerce shop."""

    def __init__(self, *, name: str, spool: Path, concurrency: int) -> None:
        super().__init__(name=name, spool=spool, concurrency=concurrency)
        self._has_flat_variations: bool | None = None

    def shown_parcels(self, order: OrderShape) -> Sequence[Seen]:
        """Return the parcels of an order, of every way; only one that says it has some is asked."""
        return [*trackings(order), *self.fulfillments(order)]

    def fulfillments(self, order: OrderShape) -> Sequence[Seen]:
        """Ask for the parcels only where the order says that it has some: a call an order."""
        said = order.meta("_fulfillment_status")
        if said in (None, "", "no_fulfillments", "unfulfilled"):
            return ()
        return self.tracking.seen(order) if isinstance(self.tracking, Fulfillments) else ()

    def left(self, order: OrderShape, *, until: datetime | None = None) -> Left:
        """Return how much of each line is still sold; refunds are read.

        Those made after `until` do not count.
        """
        found: Sequence[RefundShape] = ()
        if order.refunds:
            path = f"/wc/v3/orders/{order.id}/refunds"
            action = f"read the refunds of order {order.id}"
            found = self.http.get(path, list[RefundShape], action=action, params=_ALL)
        back = refunded([one for one in found if until is None or one.was_made_by(until)])
        return {line.id: line.quantity - back.get(line.id, 0) for line in order.line_items}

    def find_statuses(self, names: Sequence[str]) -> None:
        """Raise `RefusedError` if the shop has no such status of orders."""
        known = {"status": ",".join(names), "per_page": "1"}
        self.http.get("/wc/v3/orders", Raw, action="look for the statuses", params=known)

    def changed(
        self, params: Params, cursor: str | None, *, now: datetime, action: str
    ) -> Iterator[tuple[Sequence[OrderShape | Unusable], str | None]]:
        """Yield pages of the orders that match and changed since the cursor, and the next one."""
        listed = self.lists.changed_orders(params, action)
        return since_cursor(cursor, listed.since, at_of, now=now)

    def order(self, target: str, action: str) -> OrderShape | None:
        """Return the order that this is, or is a piece of, as it is now; trash is none.

        Raises `RefusedError` for one that cannot be read.
        """
        order_id = order_of(target)
        if not order_id.isdecimal():
            return None
        raw = self.there(f"/wc/v3/orders/{order_id}", Raw, action=action)
        found = None if raw is None else read(raw, OrderShape, what="orders")
        if isinstance(found, Unusable):
            raise RefusedError(f"account {self.name}", action, found.reason)
        return None if found is None or found.status == "trash" else found

    def there(self, path: str, shape: type[T], *, action: str) -> T | None:
        """Read what may be gone; that the shop has forgotten its own paths is no sign of that."""
        try:
            return self.http.get(path, shape, action=action)
        except NotFoundError as error:
            if NO_ROUTE in error.answer:
                why = "WooCommerce does not answer there: is it switched off?"
                raise UnavailableError(f"account {self.name}", action, why) from error
            return None

    def orders_now(
        self, targets: Sequence[str], action: str, *, status: str = "any"
    ) -> list[OrderShape | Unusable]:
        """Return those of these orders that are there as they are now, 100 a call; no trash."""
        ids = [one for one in dict.fromkeys(map(order_of, targets)) if one.isdecimal()]

        def ask(some: Sequence[str]) -> list[Raw]:
            query = {"include": ",".join(some), "status": status, "_fields": ORDER_FIELDS}
            return self.lists.page("/wc/v3/orders", query, 0, action)[0]

        pages = self.side_by_side([ids[at : at + LIMIT] for at in range(0, len(ids), LIMIT)], ask)
        return [read(raw, OrderShape, what="orders") for page in pages for raw in page]

    def save(self, order: OrderShape, fields: Mapping[str, object], action: str) -> OrderShape:
        """Write fields of an order; a second time does nothing more."""
        return self.http.send(
            "PUT",
            f"/wc/v3/orders/{order.id}",
            OrderShape,
            action=action,
            json=fields,
            idempotent=True,
        )

    def put_comment(self, comment: Comment) -> None:
        """Put a private note on an order, if it is not there yet."""
        order_id = order_of(comment.order_id)
        if order_id.isdecimal():
            say_once(self.http, order_id, comment.text)

    def by_sku(self, skus: Sequence[str], action: str) -> Mapping[str, list[ProductShape]]:
        """Return the products and variations of these SKUs, as many a call as fit.

        Letter case does not count there, and spaces around a SKU are not kept. One that fits into
        no address is not asked for: it would be refused with all that are asked for beside it.
        """
        found: dict[str, list[ProductShape]] = {}
        askable = [sku for sku in dict.fromkeys(skus) if _is_askable(sku)]
        for items in self.side_by_side(list(_chunks(askable)), partial(self._of_skus, action)):
            for item in items:
                found.setdefault(folded(item.sku), []).append(item)
        return {sku: found[folded(sku)] for sku in skus if folded(sku) in found}

    def _of_skus(self, action: str, skus: Sequence[str]) -> list[ProductShape]:
        query = {"sku": ",".join(skus), "_fields": PRODUCT_FIELDS}
        items: list[ProductShape] = []
        offset, count = 0, 1
        while offset < count:  # a SKU may be there more than once, if the shop allows it
            raws, count = self.lists.page("/wc/v3/products", query, offset, action)
            shapes = (read(raw, ProductShape, what="products") for raw in raws)
            items += [one for one in shapes if isinstance(one, ProductShape)]
            offset += max(len(raws), 1)
        return items

    def catalogue(
        self, params: Params, action: str
    ) -> Iterator[list[tuple[ProductShape, ProductShape | None] | Unusable]]:
        """Yield pages of what can be sold: products, and variations with their parents.

        Shops since 10.3 list all variations at once; of an older one each product that has some
        is asked.
        """
        seen: set[int] = set()
        parents: dict[int, ProductShape] = {}
        for raws in self.lists.products("/wc/v3/products", params, action):
            page: list[tuple[ProductShape, ProductShape | None] | Unusable] = []
            for item in (read(raw, ProductShape, what="products") for raw in raws):
                if isinstance(item, Unusable):
                    page.append(item)
                elif item.type == "variable":
                    parents[item.id] = item
                elif item.type not in _NOTHING_TO_SEND and item.id not in seen:
                    seen.add(item.id)
                    page.append((item, None))
            yield page
        yield from self._variations(parents, action)

    def _variations(
        self, parents: Mapping[int, ProductShape], action: str
    ) -> Iterator[list[tuple[ProductShape, ProductShape | None] | Unusable]]:
        if not parents:
            return
        if self._has_flat_variations is None:
            self._has_flat_variations = self.has_route("/wc/v3/variations")
        seen: set[int] = set()
        if self._has_flat_variations:
            pages = self.lists.products("/wc/v3/variations", {}, action)
            for raws in pages:
                yield _children(raws, parents, seen)
            return
        ids = list(parents)
        for at in range(0, len(ids), LIMIT):
            some = ids[at : at + LIMIT]
            found = self.side_by_side(some, partial(self._variations_of, action))
            yield [
                one
                for parent, raws in zip(some, found, strict=True)
                for one in _children(raws, parents, seen, parent=parent)
            ]

    def _variations_of(self, action: str, parent: int) -> list[Raw]:
        pages = self.lists.products(f"/wc/v3/products/{parent}/variations", {}, action)
        return [raw for page in pages for raw in page]


_NOTHING_TO_SEND = frozenset({"grouped", "external"})
"""A group is sold as what is in it, and what is external by somebody else."""


def folded(sku: str) -> str:
    """Return a SKU as the shop compares it."""
    return sku.strip().casefold()


def _children(
    raws: Sequence[Raw],
    parents: Mapping[int, ProductShape],
    seen: set[int],
    *,
    parent: int = 0,
) -> list[tuple[ProductShape, ProductShape | None] | Unusable]:
    found: list[tuple[ProductShape, ProductShape | None] | Unusable] = []
    for item in (read(raw, ProductShape, what="variations") for raw in raws):
        if isinstance(item, Unusable):
            found.append(item)
        elif item.id not in seen and (item.parent_id or parent) in parents:
            seen.add(item.id)
            found.append((item, parents[item.parent_id or parent]))
    return found


def _is_askable(sku: str) -> bool:
    fits = len(quote(sku, errors="replace")) <= _LONGEST_QUERY
    return bool(sku.strip()) and "," not in sku and fits


def _chunks(skus: Sequence[str]) -> Iterator[list[str]]:
    """Yield so many SKUs as fit into a page and an address."""
    chunk: list[str] = []
    length = 0
    for sku in skus:
        its_length = len(quote(f",{sku}", errors="replace"))
        if len(chunk) == LIMIT or (chunk and length + its_length > _LONGEST_QUERY):
            yield chunk
            chunk, length = [], 0
        chunk.append(sku)
        length += its_length
    if chunk:
        yield chunk
