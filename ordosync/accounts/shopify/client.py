"""API calls of both roles: objects by id, changed objects, mutations, metafields, the shop."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from msgspec import Raw

from ordosync.accounts.pagination import changed_since
from ordosync.accounts.service_client import ServiceClient
from ordosync.accounts.shopify.cost_limit import TooCostlyError
from ordosync.accounts.shopify.ids import number
from ordosync.accounts.shopify.pagination import Changes, Pages, at_of, read_all
from ordosync.accounts.shopify.queries.fulfillment import MORE_LINES
from ordosync.accounts.shopify.queries.shop import KEEP, LOCATIONS, REMARK, SHOP
from ordosync.accounts.shopify.schema import (
    Connection,
    Location,
    MutationResult,
    Nodes,
    OrderedLine,
    ShopInfo,
    UserError,
)
from ordosync.errors import RefusedError, UnavailableError, UnknownOutcomeError
from ordosync.models import Comment, Outcome, refused

if TYPE_CHECKING:
    from ordosync.accounts.shopify.graphql import GraphQLClient

T = TypeVar("T")

NAMESPACE = "ordosync"
ATTENTION = "ordosync-attention"
"""The tag of orders with a comment, so that users can filter by it."""
_TOO_MANY_ATTEMPTS = "Too many attempts"
"""The beginning of the refusal of a mutation that has a separate limit, not in points.

For example, a shop on trial accepts five new orders a minute.
"""
_MAX_IDS = 100
_MAX_METAFIELDS = 25


class _WithLines(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def line_items(self) -> Connection[Any]: ...


class ShopifyClient:
    """A shop at Shopify, as one portal uses it."""

    def __init__(self, service: ServiceClient) -> None:
        self.service = service
        self._shop: ShopInfo | None = None
        self._locations: Sequence[Location] | None = None
        self._max_ids: dict[str, int] = {}
        """The maximum number of ids in a query, if it is less than `_MAX_IDS`."""
        service.at_close(self._forget)

    def _forget(self) -> None:
        self._locations = None

    @property
    def graphql(self) -> "GraphQLClient":
        """The session of the shop."""
        return cast("GraphQLClient", self.service.http)

    def now(self) -> datetime:
        """Return the time of this process."""
        return self.service.clock.now()

    def shop(self) -> ShopInfo:
        """Return the shop and the scopes of the token, read once."""
        with self.service.lock:
            if self._shop is None:
                self._shop = self.graphql.ask(SHOP, ShopInfo, action="sign in")
            return self._shop

    @property
    def currency(self) -> str:
        """The currency of the shop's prices."""
        return self.shop().shop.currency_code

    def locations(self) -> Sequence[Location]:
        """Return all locations, read once a run."""
        if self._locations is None:
            pages = Pages(self.graphql, LOCATIONS, Location, action="read the locations", first=100)
            self._locations = [location for page in pages.all() for location in page]
        return self._locations

    def changed(
        self,
        document: str,
        cursor: str | None,
        where: Sequence[str],
        *,
        now: datetime,
        action: str,
        ahead: int = 0,
        **variables: Any,
    ) -> Iterator[tuple[list[Raw], str | None]]:
        """Yield pages of the objects that changed since the cursor, each with the next cursor."""
        changes = Changes(self.graphql, document, action=action, **variables)
        since = self.service.reading_ahead(partial(changes.since, where=where), ahead)
        for page, after in changed_since(cursor, since, at_of, now=now):
            yield [raw for _, raw in page], after

    def by_id(
        self, document: str, shape: type[T], ids: Sequence[str], *, action: str, **variables: object
    ) -> list[T]:
        """Return those of these objects that exist. Raises if an object cannot be parsed."""
        pages = self.raw_by_id(document, ids, action=action, **variables)
        return [self.read(raw, shape, action=action) for page in pages for raw in page]

    def read(self, raw: Raw, shape: type[T], *, action: str) -> T:
        """Parse an object. Raises `RefusedError` if it has an unexpected structure."""
        from ordosync.http import decode  # noqa: PLC0415 - slow to import

        try:
            return decode(raw, shape)
        except ValueError as error:
            raise RefusedError(self.service.account, action, f"returned {error}") from error

    def raw_by_id(
        self, document: str, ids: Sequence[str], *, action: str, **variables: object
    ) -> Iterator[list[Raw]]:
        """Yield pages of those of these objects that exist, not parsed yet."""
        remaining = list(dict.fromkeys(ids))
        while remaining:
            size = self._max_ids.get(document, _MAX_IDS)
            try:
                answer = self.graphql.ask(
                    document, Nodes, action=action, ids=remaining[:size], **variables
                )
            except TooCostlyError:
                if size == 1:
                    raise
                self._max_ids[document] = size // 2
                continue
            remaining = remaining[size:]
            yield [raw for raw in answer.nodes if bytes(raw) not in (b"null", b"{}")]

    def lines(self, order: _WithLines) -> list[OrderedLine]:
        """Return all lines of a fulfillment order; lines after its first page are read."""
        action = f"read the lines of fulfillment order {number(order.id)}"
        first: Connection[OrderedLine] = order.line_items
        return [*read_all(self.graphql, first, MORE_LINES, OrderedLine, of=order.id, action=action)]

    def mutate(
        self, document: str, *, action: str, idempotent: bool = False, **variables: object
    ) -> list[UserError]:
        """Carry out a mutation; return only its errors."""
        answer = self.graphql.write(
            document, dict[str, MutationResult], action=action, idempotent=idempotent, **variables
        )
        return [error for result in answer.values() for error in result.user_errors]

    def mutate_or_raise(self, document: str, *, action: str, **variables: object) -> None:
        """Carry out an idempotent mutation. Raises `RefusedError` if any part is refused."""
        if errors := self.mutate(document, action=action, idempotent=True, **variables):
            raise RefusedError(self.service.account, action, self.message(errors))

    @contextmanager
    def after_write(self, action: str) -> Iterator[None]:
        """Turn a failed read into an unknown outcome: the write before it may be done."""
        try:
            yield
        except (UnavailableError, RefusedError) as error:
            raise UnknownOutcomeError(self.service.account, action, error.answer) from error

    def denied(
        self, errors: Sequence[UserError], *request_values: object, code: str = "refused"
    ) -> Outcome:
        """Return the outcome of a mutation with errors: refused, or to be tried later."""
        reason = self.message(errors, *request_values)
        if any(error.message.startswith(_TOO_MANY_ATTEMPTS) for error in errors):
            return Outcome(
                state="unavailable", code=UnavailableError.code, reason=reason, retry_after_s=60
            )
        return refused(code, reason)

    def message(self, errors: Sequence[UserError], *request_values: object) -> str:
        """Return the messages of errors, without personal data of the request."""
        return self.graphql.shown("; ".join(error.message for error in errors), *request_values)

    def set_metafields(self, metafields: Sequence[Mapping[str, str]], *, action: str) -> None:
        """Set metafields. Idempotent."""
        for start in range(0, len(metafields), _MAX_METAFIELDS):
            batch = metafields[start : start + _MAX_METAFIELDS]
            self.mutate_or_raise(KEEP, action=action, metafields=batch)

    def remark(self, order: str, comment: Comment, *more: Mapping[str, str]) -> None:
        """Add a comment to an order as a metafield, since apps cannot write on a timeline.

        The name of the metafield is made from the comment's key, so a repeated comment exists once.
        `more` metafields are set together with it.
        """
        key = remark_key(comment.key)
        text = metafield(order, key, comment.text, kind="multi_line_text_field")
        action = f"remark on order {number(order)}"
        metafields = [text, *more]
        self.mutate_or_raise(
            REMARK, action=action, id=order, tags=[ATTENTION], metafields=metafields
        )


def remark_key(key: str) -> str:
    """Return the name of the metafield of a comment."""
    return f"remark_{hashlib.sha256(key.encode()).hexdigest()[:12]}"


def metafield(owner: str, key: str, value: str, *, kind: str = "json") -> Mapping[str, str]:
    """Return a metafield of ordosync as the input of a mutation."""
    return {"ownerId": owner, "namespace": NAMESPACE, "key": key, "type": kind, "value": value}
