"""Pages of a list. A cursor contains the id of a row and its sort value.

So a page begins after that value, wherever the row is now: a row that changes while a list by
`UPDATED_AT` is read appears again at the end.
"""

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from tests.fakes.shopify import words
from tests.fakes.shopify.refusals import Refusal
from tests.fakes.shopify.shop import Shop
from tests.fakes.shopify.state import Json

N = TypeVar("N")
Sortable = str | int | float
MOST = 250


class Page(NamedTuple):
    """The arguments of a list."""

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None
    reverse: bool = False


class _Place(NamedTuple):
    value: Sortable
    id: int


def page(
    shop: Shop,
    rows: Iterable[N],
    by: Callable[[N], Any] | None,
    *,
    id_of: Callable[[N], int] = lambda row: words.number(row.id),  # type: ignore[attr-defined]
    **paging: Any,
) -> Json:
    """Return the page of the list, sorted by a value and then by id."""
    page = Page(**paging)
    _check(page)
    places = [(_place(row, by, id_of), row) for row in rows]
    places.sort(key=lambda pair: pair[0], reverse=page.reverse)
    window = _between(places, page)
    start = places.index(window[0]) if window else 0
    count = page.first if page.first is not None else page.last or 0
    taken = window[:count] if page.first is not None else window[max(0, len(window) - count) :]
    skipped = window.index(taken[0]) if taken else 0
    end = start + skipped + len(taken)
    if end > shop.switches.deepest:
        raise Refusal(
            f"Pagination is limited to the first {shop.switches.deepest} objects.", "BAD_REQUEST"
        )
    edges = [{"cursor": _cursor(place), "node": row} for place, row in taken]
    return {
        "edges": edges,
        "nodes": [edge["node"] for edge in edges],
        "pageInfo": {
            "hasNextPage": end < len(places) and bool(taken),
            "hasPreviousPage": start + skipped > 0,
            "startCursor": edges[0]["cursor"] if edges else None,
            "endCursor": edges[-1]["cursor"] if edges else None,
        },
    }


def _check(page: Page) -> None:
    if (page.first is None) == (page.last is None):
        raise Refusal("you must provide one of first or last", "BAD_REQUEST")
    for name, count in (("first", page.first), ("last", page.last)):
        if count is not None and count > MOST:
            raise Refusal(f"{name} cannot exceed {MOST}", "BAD_REQUEST")
        if count is not None and count < 1:
            raise Refusal(f"{name} must be greater than 0", "BAD_REQUEST")


def _between(places: Sequence[tuple[_Place, N]], page: Page) -> Sequence[tuple[_Place, N]]:
    window = places
    if not places:
        return window
    like = places[0][0]
    if page.after:
        after = _read(page.after, like)
        window = [it for it in window if (it[0] < after if page.reverse else it[0] > after)]
    if page.before:
        before = _read(page.before, like)
        window = [it for it in window if (it[0] > before if page.reverse else it[0] < before)]
    return window


def _place(row: N, by: Callable[[N], Any] | None, id_of: Callable[[N], int]) -> _Place:
    value = by(row) if by else id_of(row)
    if isinstance(value, datetime):
        value = int(value.timestamp() * 1000)
    return _Place(value, id_of(row))


def _cursor(place: _Place) -> str:
    text = json.dumps({"last_id": place.id, "last_value": place.value}, separators=(",", ":"))
    return base64.b64encode(text.encode()).decode()


def _read(cursor: str, like: _Place) -> _Place:
    try:
        position = json.loads(base64.b64decode(cursor, validate=True))
        place = _Place(position["last_value"], position["last_id"])
    except (binascii.Error, ValueError, KeyError, TypeError):
        raise _bad_cursor() from None
    if isinstance(place.value, str) != isinstance(like.value, str):
        raise _bad_cursor()
    return place


def _bad_cursor() -> Refusal:
    return Refusal("Invalid cursor for current pagination sort.", "BAD_REQUEST")
