"""Lists read to their end, over a set that changes while it is read.

Services that page by offset sort by the time of the last change, and what changes moves to the
end of the list: those behind it move up, and with a plain offset one of them is never seen. So
each page asks anew for what changed since the last item of the page before. Within one second,
where more changed than a page holds, pages overlap; one that overlaps with nothing starts that
second anew.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from ordosync.errors import UnavailableError

Item = TypeVar("Item")

LIMIT = 100
"""Items of a page: the most that the services give."""
_OVERLAP = 25
_SECOND = timedelta(seconds=1)
_TRIES = 5


class ChangingList(Generic[Item]):
    """What changed, earliest first."""

    def __init__(
        self,
        ask: Callable[[datetime | None, int], tuple[Sequence[Item], int]],
        *,
        name_of: Callable[[Item], str],
        at_of: Callable[[Item], datetime | None],
        account: str,
        doing: str,
    ) -> None:
        self._ask = ask
        """Returns a page of what changed after a time, and how many there are of them."""
        self._name_of = name_of
        self.at_of = at_of
        """When an item changed last; None where it does not say."""
        self._account = account
        self._doing = doing
        self._seen: dict[tuple[str, datetime | None], None] = {}

    def since(self, after: datetime | None) -> Iterator[list[Item]]:
        """Yield pages; an item that changes meanwhile is seen once more."""
        offset = idle = 0
        while True:
            items, count = self._ask(after, offset)
            fresh = [item for item in items if self._key(item) not in self._seen]
            self._seen.update((self._key(item), None) for item in fresh)
            yield fresh
            if not items or offset + len(items) >= count:
                return
            idle = 0 if fresh else idle + 1
            if idle >= _TRIES:
                raise UnavailableError(self._account, self._doing, "the same page comes for ever")
            after, offset = self._next(items, fresh, after, offset)

    def _next(
        self, items: Sequence[Item], fresh: Sequence[Item], after: datetime | None, offset: int
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

    def _key(self, item: Item) -> tuple[str, datetime | None]:
        return self._name_of(item), self.at_of(item)


def whole(
    ask: Callable[[int], tuple[Sequence[Item], int]], *, account: str, doing: str
) -> Iterator[list[Item]]:
    """Yield pages of a list that is in the order in which its items were made.

    A new one comes last, and a list that gets shorter meanwhile is read once more from its
    beginning; the same item may be seen twice. `ask` returns a page from an offset on, and how
    many items there are.
    """
    offset, known, begun = 0, 0, 1
    while True:
        items, count = ask(offset)
        if count < known:
            if begun >= _TRIES:
                raise UnavailableError(account, doing, "the list gets shorter while it is read")
            offset, known, begun = 0, count, begun + 1
            continue
        yield list(items)
        offset, known = offset + len(items), count
        if not items or offset >= known:
            return
