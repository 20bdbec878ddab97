"""Reads complete lists, in pages as large as the cost of a query allows.

A list that is sorted by the last update is read with a cursor. An object that changes during the
read moves to the end and is read there. Shopify returns at most 25,000 objects of a list. So after
`DEEP` objects a new list is read: the objects that were updated since the last object.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar, cast

from msgspec import Raw, Struct

from ordosync.accounts.shopify.ids import number
from ordosync.accounts.shopify.schema import At, Connection, PageInfo
from ordosync.errors import UnavailableError

if TYPE_CHECKING:
    from ordosync.accounts.shopify.graphql import GraphQLClient

T = TypeVar("T")


class _WithId(Protocol):
    @property
    def id(self) -> str: ...


Identified = TypeVar("Identified", bound=_WithId)

DEEP = 20_000


class Listed(Struct, frozen=True, rename="camel"):
    """The fields that every object of a list has."""

    id: str
    updated_at: At | None = None


class Pages(Generic[T]):
    """A list in pages: of the shop, or `of` one object."""

    def __init__(
        self,
        http: "GraphQLClient",
        document: str,
        shape: type[T],
        *,
        action: str,
        first: int,
        of: str | None = None,
        **variables: object,
    ) -> None:
        self._http = http
        self._document = document
        self._shape = shape
        self._action = action
        self._first = first
        self._of = of
        self._variables: Mapping[str, object] = variables

    def unavailable(self, answer: str) -> UnavailableError:
        """Return the error for a list that cannot be read now."""
        return self._http.unavailable(self._action, answer)

    def all(self, query: str | None = None) -> Iterator[list[T]]:
        """Yield all pages."""
        page = self._page(query, None)
        yield page.nodes
        yield from self.after(page.page_info, query)

    def after(self, info: PageInfo, query: str | None = None) -> Iterator[list[T]]:
        """Yield the pages after a page. Raises `UnavailableError` if the same page is repeated."""
        after = None
        while info.has_next_page:
            if info.end_cursor in (None, after):
                raise self.unavailable("the service keeps returning the same page")
            after = info.end_cursor
            page = self._page(query, after)
            yield page.nodes
            info = page.page_info

    def _page(self, query: str | None, after: str | None) -> Connection[T]:
        variables = {**self._variables, "after": after}
        if query is not None:
            variables["query"] = query
        if self._of is None:
            shape: Any = dict[str, Connection[self._shape]]  # type: ignore[name-defined]
        else:
            variables["id"] = self._of
            shape = dict[str, dict[str, Connection[self._shape]]]  # type: ignore[name-defined]
        answer, self._first = self._http.page(
            self._document, shape, action=self._action, first=self._first, **variables
        )
        # The list is nested in one or two objects, each with the name of a field.
        while isinstance(answer, dict):
            [answer] = answer.values()
        return cast("Connection[T]", answer)


def by_id(pages: Pages[Identified], deep: int = DEEP) -> Iterator[list[Identified]]:
    """Yield all pages of a list that is sorted by id. After `deep` objects a new list is read.

    Raises `UnavailableError` if the list is not sorted by id.
    """
    behind = 0
    while True:
        count, after = 0, behind
        for page in pages.all(f"id:>{after}" if after else None):
            yield page
            count += len(page)
            behind = max([behind, *(int(number(item.id)) for item in page)])
            if count >= deep:
                break
        else:
            return
        if behind == after:
            raise pages.unavailable("the list is not sorted by id")


def read_all(
    http: "GraphQLClient",
    first_page: Connection[T],
    document: str,
    shape: type[T],
    *,
    of: str,
    action: str,
    **variables: Any,
) -> Iterator[T]:
    """Yield a list of an object: the first page, which was read with it, then the other pages."""
    yield from first_page.nodes
    pages = Pages(http, document, shape, action=action, first=50, of=of, **variables)
    for page in pages.after(first_page.page_info):
        yield from page


class Changes:
    """Objects that changed since a time, the earliest change first."""

    def __init__(
        self,
        http: "GraphQLClient",
        document: str,
        *,
        action: str,
        first: int,
        deep: int = DEEP,
        **variables: Any,
    ) -> None:
        self._pages = Pages(http, document, Raw, action=action, first=first, **variables)
        self._deep = deep
        self._seen: dict[tuple[str, datetime | None], None] = {}

    def since(
        self, after: datetime | None, where: Sequence[str] = ()
    ) -> Iterator[list[tuple[Listed, Raw]]]:
        """Yield pages; an object that changes during the read is read again."""
        from ordosync.http import decode  # noqa: PLC0415 - slow to import

        while True:
            terms = [*where, f"updated_at:>='{instant(after)}'"] if after else [*where]
            count, last = 0, after
            for page in self._pages.all(" AND ".join(terms)):
                try:
                    items = [(decode(raw, Listed), raw) for raw in page]
                except ValueError as error:
                    raise self._pages.unavailable(f"returned {error}") from error
                count += len(items)
                last = max([at for listed, _ in items if (at := listed.updated_at)], default=last)
                fresh = [item for item in items if self._key(item[0]) not in self._seen]
                self._seen.update((self._key(listed), None) for listed, _ in fresh)
                yield fresh
                if count >= self._deep:
                    break
                self._forget_before(last)
            else:
                return
            if last is None or last == after:
                why = f"more than {self._deep} changed within one second"
                raise self._pages.unavailable(why)
            after = last

    def _forget_before(self, last: datetime | None) -> None:
        """Remember only objects that a new list may repeat."""
        if last is not None:
            self._seen = {key: None for key in self._seen if key[1] is None or key[1] >= last}

    def _key(self, listed: Listed) -> tuple[str, datetime | None]:
        return listed.id, listed.updated_at


def at_of(item: tuple[Listed, Raw]) -> datetime | None:
    """Return the time of the last change of an item."""
    return item[0].updated_at


def instant(at: datetime) -> str:
    """Return a time as a search term."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def quoted(text: str) -> str:
    """Return a text as one search term; quotes and backslashes are escaped."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
