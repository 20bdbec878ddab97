"""Pages of orders put together: what is committed at once costs about the same as one of them.

A service gives a hundred orders a page, and a local account takes five hundred at once.
"""

from collections.abc import Iterator

from ordosync.errors import AccountError
from ordosync.models import Order, Page, Unusable


def gathered(
    pages: Iterator[Page[Order | Unusable]], size: int
) -> Iterator[Page[Order | Unusable]]:
    """Yield the same in the same order, in pages of up to `size` where a page is not more alone.

    An order that is read again, or that is a piece of one, starts a new page: what has become of
    the first decides about it. What was read before a reading fails is still yielded.
    """
    items: list[Order | Unusable] = []
    ids: set[str] = set()
    cursor = None
    try:
        for page in pages:
            is_full = len(items) + len(page.items) > size
            if items and (is_full or not ids.isdisjoint(_related(page))):
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


def _related(page: Page[Order | Unusable]) -> Iterator[str]:
    for item in page.items:
        yield item.id
        if isinstance(item, Order):
            yield from item.ancestors
