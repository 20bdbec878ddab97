"""Joins pages of orders to larger pages, since a commit costs about the same for any number.

A service returns a hundred orders a page, and a local account takes five hundred at once.
"""

from collections.abc import Iterator

from ordosync.errors import AccountError
from ordosync.models import InvalidRecord, Order, Page

_PAGE = 100
"""The orders on a page of a service."""


def pages_of(size: int) -> int:
    """Return the number of a service's pages in a batch of this size, at least one."""
    return max(size // _PAGE, 1)


def gathered(
    pages: Iterator[Page[Order | InvalidRecord]], size: int
) -> Iterator[Page[Order | InvalidRecord]]:
    """Yield the same records in the same order, in pages of up to `size`; never split a page.

    If a page repeats an order, or has a piece of one, it starts a new page: the outcome of the
    first occurrence decides about the second. If reading fails, the records so far are yielded
    first.
    """
    items: list[Order | InvalidRecord] = []
    ids: set[str] = set()
    cursor = None
    try:
        for page in pages:
            is_full = len(items) + len(page.items) > size
            if items and (is_full or not ids.isdisjoint(related_ids(page))):
                yield Page(items=tuple(items), cursor=cursor)
                items, ids = [], set()
            items += page.items
            ids.update(item.id for item in page.items)
            cursor = page.cursor
    except AccountError:
        if items:
            yield Page(items=tuple(items))
        raise
    yield Page(items=tuple(items), cursor=cursor)


def related_ids(page: Page[Order | InvalidRecord]) -> Iterator[str]:
    """Yield the ids of a page, and those of the orders that its pieces were split from."""
    for item in page.items:
        yield item.id
        if isinstance(item, Order):
            yield from item.ancestors
