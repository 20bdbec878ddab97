"""Reads lists to the end while they change.

Services that page by offset sort by the time of the last change. An item that changes moves to the
end of the list, the items behind it move up, and a plain offset would skip one of them. So each
request asks for the changes since the last item of the page before. If more items changed within
one second than fit on a page, pages overlap. After a page without overlap, the read starts again at
that second. The same applies to the repeated hour in autumn, if a service sorts by local time.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from ordosync.errors import UnavailableError

Item = TypeVar("Item")
_Key = tuple[str, datetime | None]
"""The name of an item, and the time of its last change."""

LIMIT = 100
"""Items on a page: the maximum of all services."""
_OVERLAP = 25
_SECOND = timedelta(seconds=1)
_TRIES = 5
_LEAD = timedelta(hours=1)
"""The maximum lead of a service's clock."""
_LATE = timedelta(seconds=120)
"""The maximum delay until an update is listed. A larger value only repeats reads."""


class LivePages(Generic[Item]):
    """A list of changes, the earliest first."""

    def __init__(
        self,
        ask: Callable[[datetime | None, int], tuple[Sequence[Item], int]],
        *,
        name_of: Callable[[Item], str],
        at_of: Callable[[Item], datetime | None],
        account: str,
        action: str,
        comes_again: Callable[[datetime], bool] = lambda _: False,
    ) -> None:
        self._ask = ask
        """Returns a page of the changes after a time, and the total number of these changes."""
        self._name_of = name_of
        self.at_of = at_of
        """Returns the time of an item's last change; None if it is unknown."""
        self._account = account
        self._action = action
        self._comes_again = comes_again
        """Returns True if a local time occurs twice, so that the list is not sorted by time."""
        self._seen: dict[_Key, None] = {}

    def since(self, after: datetime | None) -> Iterator[list[Item]]:
        """Yield pages; an item that changes meanwhile is repeated."""
        offset = idle = 0
        while True:
            items, count = self._ask(after, offset)
            keys = [(self._name_of(item), self.at_of(item)) for item in items]
            fresh = [item for item, key in zip(items, keys, strict=True) if key not in self._seen]
            self._seen.update(dict.fromkeys(keys))
            yield fresh
            is_end = not items or offset + len(items) >= count
            if is_end and self._seen_since(after) >= count:
                return
            idle = 0 if fresh else idle + 1
            if idle >= _TRIES:
                raise UnavailableError(
                    self._account, self._action, "the service keeps returning the same page"
                )
            after, offset = (after, 0) if is_end else self._next(keys, fresh, after, offset)

    def _next(
        self, keys: Sequence[_Key], fresh: Sequence[Item], after: datetime | None, offset: int
    ) -> tuple[datetime | None, int]:
        times = [at for _, at in keys if at]
        further = max(times) - _SECOND if times else None
        moves = further and (after is None or further > after)
        if further and moves and not self._comes_again(max(times)):
            self._forget_before(further)
            return further, 0
        if offset and len(fresh) == len(keys):
            # There is no overlap with the page before: items may have moved up.
            return after, 0
        return after, offset + max(len(keys) - _OVERLAP, 1)

    def _forget_before(self, after: datetime) -> None:
        """Keep only the items that may be repeated, to limit the memory."""
        self._seen = {key: None for key in self._seen if key[1] is None or key[1] >= after}

    def _seen_since(self, after: datetime | None) -> int:
        """Return the number of items seen since a time, to compare it with the total number."""
        return sum(not (key[1] and after) or key[1] >= after for key in self._seen)


def read_all(
    ask: Callable[[int], tuple[Sequence[Item], int]],
    *,
    name_of: Callable[[Item], str],
    account: str,
    action: str,
) -> Iterator[list[Item]]:
    """Yield pages of a list in the order of creation.

    Each page after the first begins with the last item of the page before. If it does not, or has
    no other item, the list is read again from the beginning, and items are repeated. `ask` returns
    the page at an offset, and the number of all items.
    """
    offset, last, tries = 0, "", 1
    while True:
        items, count = ask(offset)
        names = [name_of(item) for item in items]
        fresh = list(items)
        if last:
            fresh = fresh[names.index(last) + 1 :] if last in names else []
        end = offset + len(names)
        if last and not fresh and (names != [last] or end < count):
            if tries >= _TRIES:
                raise UnavailableError(account, action, "the list changes with each page")
            offset, last, tries = 0, "", tries + 1
            continue
        yield fresh
        if not names or end >= count:
            return
        offset, last = end - 1, names[-1]


def changed_since(
    cursor: str | None,
    read: Callable[[datetime | None], Iterable[Sequence[Item]]],
    at_of: Callable[[Item], datetime | None],
    *,
    now: datetime,
) -> Iterator[tuple[Sequence[Item], str | None]]:
    """Yield pages of the changes since a cursor, each with the next cursor.

    `read` yields pages of the changes after a time; of all items if the time is None.
    """
    after = datetime.fromisoformat(cursor) if cursor else None
    reached = after
    for items in read(with_overlap(after)):
        reached = advance(reached, map(at_of, items), now=now)
        yield items, reached.isoformat() if reached else None


def with_overlap(after: datetime | None) -> datetime | None:
    """Return an earlier time to read from, since updates may be listed late."""
    return after - _LATE if after else None


def advance(
    before: datetime | None, times: Iterable[datetime | None], *, now: datetime
) -> datetime | None:
    """Return the position of a read that was at `before`, after items with these times.

    At most `now`, even if the service's clock is ahead. An impossible time, such as in 2099, is
    ignored. If it counted as `now`, and the service's clock were behind, the changes until that
    clock reaches `now` would be skipped.
    """
    believed = (min(at, now) for at in times if at and at <= now + _LEAD)
    return max((*believed, *([before] if before else [])), default=None)
