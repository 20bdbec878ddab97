"""Lists read to their end, over a set that changes while it is read.

Ordoro pages by offset, and an order that is updated moves to the end of a list by its update:
those behind it move up, and with a plain offset one of them is never seen. So each page asks anew
for what was updated since the last item of the page before. Within one second, where more orders
were updated than a page holds, pages overlap; one that overlaps with nothing starts that second
anew.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Literal

from msgspec import Raw

from ordosync.accounts.ordoro.shapes import (
    OrderPage,
    OrderShape,
    ProductPage,
    moment,
    name_of,
    read,
)
from ordosync.errors import UnavailableError
from ordosync.models import Unusable

if TYPE_CHECKING:
    from ordosync.http import Http

LIMIT = 100
_OVERLAP = 25
_SECOND = timedelta(seconds=1)
_TRIES = 5

_LEAD = timedelta(hours=1)
"""More than a clock may be ahead of ours."""

By = Literal["updated", "cancelled"]
Params = Mapping[str, str | Sequence[str]]


class OrderList:
    """The orders that match, by the time of their last update or of their cancellation."""

    def __init__(
        self, http: "Http", params: Params, *, by: By, zone: tzinfo, doing: str, account: str
    ) -> None:
        self._http = http
        self._params = params
        self._by = by
        self._zone = zone
        self._doing = doing
        self._account = account
        self._seen: dict[tuple[str, datetime | None], None] = {}

    def since(self, after: datetime | None) -> Iterator[list[OrderShape | Unusable]]:
        """Yield pages, earliest first; an order that changes meanwhile is seen once more."""
        offset = idle = 0
        while True:
            page = self._page(after, offset)
            items = [read(raw, OrderShape) for raw in page.order]
            fresh = [item for item in items if self._key(item) not in self._seen]
            self._seen.update((self._key(item), None) for item in fresh)
            yield fresh
            is_end = not items or offset + len(items) >= page.count
            if is_end and self._seen_since(after) >= page.count:
                return
            idle = 0 if fresh else idle + 1
            if idle >= _TRIES:
                raise UnavailableError(self._account, self._doing, "the same page comes for ever")
            after, offset = (after, 0) if is_end else self._next(items, fresh, after, offset)

    def at_of(self, item: OrderShape | Unusable) -> datetime | None:
        """Return the time that the list is sorted by."""
        if isinstance(item, Unusable):
            return None
        return moment(getattr(item, f"{self._by}_date"), self._zone)

    def _next(
        self,
        items: Sequence[OrderShape | Unusable],
        fresh: Sequence[OrderShape | Unusable],
        after: datetime | None,
        offset: int,
    ) -> tuple[datetime | None, int]:
        times = [at for at in map(self.at_of, items) if at]
        further = max(times) - _SECOND if times else None
        if further and (after is None or further > after):
            self._forget_before(further)
            return further, 0
        if offset and len(fresh) == len(items):
            return after, 0  # nothing in common with the page before: some may have moved up
        return after, offset + max(len(items) - _OVERLAP, 1)

    def _forget_before(self, after: datetime) -> None:
        """Keep in mind only what may come again, however long the list is."""
        self._seen = {key: None for key in self._seen if key[1] is None or key[1] >= after}

    def _seen_since(self, after: datetime | None) -> int:
        """Count what a question may have found, which is not less than what it says it has."""
        return sum(not (key[1] and after) or key[1] >= after for key in self._seen)

    def _key(self, item: OrderShape | Unusable) -> tuple[str, datetime | None]:
        name = item.content if isinstance(item, Unusable) else item.order_number
        return name, self.at_of(item)

    def _page(self, after: datetime | None, offset: int) -> OrderPage:
        params = {
            **self._params,
            "sort": f"{self._by}_date",
            "limit": str(LIMIT),
            "offset": str(offset),
        }
        if after:
            params[f"{self._by}_after"] = after.isoformat()
        return self._http.get("/v3/order", OrderPage, doing=self._doing, params=params)


def products(http: "Http", params: Params, *, doing: str, account: str) -> Iterator[list[Raw]]:
    """Yield pages of the products that match, in the order in which they were made.

    A new one comes last. A page begins with the last product of the page before; where that is
    not on it, or nothing after it, the list is read once more from its beginning. So the same
    product may be seen twice.
    """
    offset, last, begun = 0, "", 1
    while True:
        query = {**params, "sort": "created", "limit": str(LIMIT), "offset": str(offset)}
        page = http.get("/product/", ProductPage, doing=doing, params=query)
        names = [name_of(raw) for raw in page.items]
        fresh = page.items
        if last:
            fresh = fresh[names.index(last) + 1 :] if last in names else []
        reached = offset + len(names)
        if last and not fresh and (names != [last] or reached < page.count):
            if begun >= _TRIES:
                raise UnavailableError(account, doing, "the list is another one with each page")
            offset, last, begun = 0, "", begun + 1
            continue
        yield fresh
        if not names or reached >= page.count:
            return
        offset, last = reached - 1, names[-1]


def reached(
    before: datetime | None, times: Iterable[datetime | None], *, now: datetime
) -> datetime | None:
    """Return how far a reading has come that had come to `before`, given the times on its pages.

    Where the service's clock is ahead of ours that is now at most. A time that no clock can have
    said, such as one of 2099, is passed over: taken for now, it would be ahead of a service whose
    clock is behind, and hide what comes until that has caught up.
    """
    believed = (min(at, now) for at in times if at and at <= now + _LEAD)
    return max((*believed, *([before] if before else [])), default=None)
