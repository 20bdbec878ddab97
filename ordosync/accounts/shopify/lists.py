"""Lists read to their end, in pages as large as a question may cost.

A page that is sorted by the last update keeps its place by a cursor: what changes meanwhile moves
to the end and is seen there. No list is deeper than 25,000, so after `DEEP` of them it is asked
anew for what was updated since the last one that was seen.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Generic, TypeVar

from msgspec import Raw, Struct

from ordosync.accounts.shopify.shapes import Connection
from ordosync.errors import UnavailableError

if TYPE_CHECKING:
    from ordosync.accounts.shopify.session import ShopifySession

T = TypeVar("T")

DEEP = 20_000


class Listed(Struct, frozen=True, rename="camel"):
    """What every object of such a list says, besides what we want of it."""

    id: str
    updated_at: datetime | None = None


class Pages(Generic[T]):
    """A list, page by page."""

    def __init__(
        self,
        http: "ShopifySession",
        document: str,
        shape: type[T],
        *,
        doing: str,
        first: int,
        **variables: object,
    ) -> None:
        self._http = http
        self._document = document
        self._shape = shape
        self._doing = doing
        self._first = first
        self._variables: Mapping[str, object] = variables

    def all(self, query: str | None = None) -> Iterator[list[T]]:
        """Yield all pages."""
        after = None
        while True:
            page = self._page(query, after)
            yield page.nodes
            if not page.page_info.has_next_page:
                return
            after = page.page_info.end_cursor

    def _page(self, query: str | None, after: str | None) -> Connection[T]:
        variables = {**self._variables, "after": after}
        if query is not None:
            variables["query"] = query
        answer, self._first = self._http.page(
            self._document,
            dict[str, Connection[self._shape]],  # type: ignore[name-defined]
            doing=self._doing,
            first=self._first,
            **variables,
        )
        [page] = answer.values()
        return page


class Changes:
    """What changed since some moment, the earliest change first."""

    def __init__(
        self,
        http: "ShopifySession",
        document: str,
        *,
        doing: str,
        first: int,
        account: str,
        deep: int = DEEP,
        **variables: object,
    ) -> None:
        self._pages = Pages(http, document, Raw, doing=doing, first=first, **variables)
        self._doing = doing
        self._account = account
        self._deep = deep
        self._seen: dict[tuple[str, datetime | None], None] = {}

    def since(
        self, after: datetime | None, where: Sequence[str] = ()
    ) -> Iterator[list[tuple[Listed, Raw]]]:
        """Yield pages; what changes meanwhile is seen once more."""
        from ordosync.http import decode  # noqa: PLC0415 - slow to import

        while True:
            terms = [*where, f"updated_at:>='{instant(after)}'"] if after else [*where]
            read, last = 0, after
            for page in self._pages.all(" AND ".join(terms)):
                found = [(decode(raw, Listed), raw) for raw in page]
                read += len(found)
                last = max([at for one, _ in found if (at := one.updated_at)], default=last)
                fresh = [pair for pair in found if self._key(pair[0]) not in self._seen]
                self._seen.update((self._key(one), None) for one, _ in fresh)
                yield fresh
                if read >= self._deep:
                    break
                self._forget_before(last)
            else:
                return
            if last is None or last == after:
                why = f"more than {self._deep} changed within one second"
                raise UnavailableError(self._account, self._doing, why)
            after = last

    def _forget_before(self, last: datetime | None) -> None:
        """Keep in mind only what a new question may bring again."""
        if last is not None:
            self._seen = {key: None for key in self._seen if key[1] is None or key[1] >= last}

    def _key(self, one: Listed) -> tuple[str, datetime | None]:
        return one.id, one.updated_at


def at_of(item: tuple[Listed, Raw]) -> datetime | None:
    """Return when an item of such a list changed last."""
    return item[0].updated_at


def instant(at: datetime) -> str:
    """Return a time as a search takes it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def quoted(text: str) -> str:
    """Return a text as one term of a search, whatever is in it."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
