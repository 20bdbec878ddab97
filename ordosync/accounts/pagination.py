"""Lists read to their end, over a set that changes while it is read.

Services that page by offset sort by the time of the last change, and what changes moves to the
end of the list: those behind it move up, and with a plain offset one of them is never seen. So
each page asks anew for what changed since the last item of the page before. Within one second,
where more changed than a page holds, pages overlap; one that overlaps with nothing starts that
second anew. So it is in the hour of autumn that comes twice, where a service sorts by that clock.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from ordosync.errors import UnavailableError

Item = TypeVar("Item")
_Key = tuple[str, datetime | None]
"""What an item is called, and when it changed last."""

LIMIT = 100
"""Items of a page: the most that the services give."""
_OVERLAP = 25
_SECOND = timedelta(seconds=1)
_TRIES = 5
_LEAD = timedelta(hours=1)
"""More than a clock may be ahead of ours."""
_LATE = timedelta(seconds=120)
"""How late an update may come to be seen; more costs nothing but reading it again."""


class ChangingList(Generic[Item]):
    """What changed, earliest first."""

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
        """Returns a page of what changed after a time, and how many there are of them."""
        self._name_of = name_of
        self.at_of = at_of
        """When an item changed last; None where it does not say."""
        self._account = account
        self._doing = action
        self._comes_again = comes_again
        """Whether a list by a clock on the wall has this time where an hour before it was."""
        self._seen: dict[_Key, None] = {}

    def since(self, after: datetime | None) -> Iterator[list[Item]]:
        """Yield pages; an item that changes meanwhile is seen once more."""
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
                raise UnavailableError(self._account, self._doing, "the same page comes for ever")
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
            return after, 0  # nothing in common with the page before: some may have moved up
        return after, offset + max(len(keys) - _OVERLAP, 1)

    def _forget_before(self, after: datetime) -> None:
        """Keep in mind only what may come again, however long the list is."""
        self._seen = {key: None for key in self._seen if key[1] is None or key[1] >= after}

    def _seen_since(self, after: datetime | None) -> int:
        """Count what a question may have found, which is not less than what it says it has."""
        return sum(not (key[1] and after) or key[1] >= after for key in self._seen)


def whole(
    ask: Callable[[int], tuple[Sequence[Item], int]],
    *,
    name_of: Callable[[Item], str],
    account: str,
    action: str,
) -> Iterator[list[Item]]:
    """Yield pages of a list that is in the order in which its items were made.

    A new one comes last. A page begins with the last item of the page before; where that is not
    on it, or nothing after it, the list is read once more from its beginning. So the same item
    may be seen twice. `ask` returns a page from an offset on, and how many items there are.
    """
    offset, last, begun = 0, "", 1
    while True:
        items, count = ask(offset)
        names = [name_of(item) for item in items]
        fresh = list(items)
        if last:
            fresh = fresh[names.index(last) + 1 :] if last in names else []
        read = offset + len(names)
        if last and not fresh and (names != [last] or read < count):
            if begun >= _TRIES:
                raise UnavailableError(account, action, "the list is another one with each page")
            offset, last, begun = 0, "", begun + 1
            continue
        yield fresh
        if not names or read >= count:
            return
        offset, last = read - 1, names[-1]


def since_cursor(
    cursor: str | None,
    read: Callable[[datetime | None], Iterable[Sequence[Item]]],
    at_of: Callable[[Item], datetime | None],
    *,
    now: datetime,
) -> Iterator[tuple[Sequence[Item], str | None]]:
    """Yield pages of what changed since a cursor, each with the cursor that it brings us to.

    `read` yields the pages of what changed after a time, or of all there is.
    """
    after = datetime.fromisoformat(cursor) if cursor else None
    come_to = after
    for items in read(overlapping(after)):
        come_to = reached(come_to, map(at_of, items), now=now)
        yield items, come_to.isoformat() if come_to else None


def overlapping(after: datetime | None) -> datetime | None:
    """Return from when on to ask for what changed after a time."""
    return after - _LATE if after else None


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
