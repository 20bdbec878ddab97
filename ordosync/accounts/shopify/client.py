"""What both roles stand on: things by their ids, refusals, remarks, and the shop itself."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

from msgspec import Raw, Struct

from ordosync.accounts.account import Finding
from ordosync.accounts.http_account import HttpAccount
from ordosync.accounts.shopify.cost_limit import TooCostlyError
from ordosync.accounts.shopify.ids import number
from ordosync.accounts.shopify.pagination import Pages, whole
from ordosync.accounts.shopify.queries.fulfillment import MORE_LINES
from ordosync.accounts.shopify.queries.shop import KEEP, LOCATIONS, REMARK, SHOP
from ordosync.accounts.shopify.schema import (
    Connection,
    Nodes,
    OrderedLine,
    Part,
    Requested,
    Told,
    UserError,
)
from ordosync.errors import RefusedError, UnavailableError
from ordosync.models import Comment, Outcome, refused

if TYPE_CHECKING:
    from ordosync.accounts.shopify.graphql import ShopifySession

T = TypeVar("T")

NO_TIMELINE = (
    "takes no remarks on a timeline: they are kept as metafields `ordosync` of the order, "
    "which gets the tag ordosync-attention"
)
NAMESPACE = "ordosync"
ATTENTION = "ordosync-attention"
"""The tag by which people find the orders on which there is a remark."""
_NOT_NOW = "Too many attempts"
"""How a mutation is refused that has a limit of its own, beside all points: a shop on trial takes
five orders a minute."""
_AT_ONCE = 100
_KEPT_AT_ONCE = 25


class Service(Struct, frozen=True, rename="camel"):
    """A fulfillment service, which is a location of its own."""

    id: str
    handle: str = ""
    service_name: str = ""


class LocationShape(Struct, frozen=True, rename="camel"):
    """Where things are sent from."""

    id: str
    name: str
    is_active: bool = True
    fulfillment_service: Service | None = None


class _Shop(Struct, frozen=True, rename="camel"):
    name: str
    currency_code: str


class _Scope(Struct, frozen=True):
    handle: str


class _Installation(Struct, frozen=True, rename="camel"):
    access_scopes: list[_Scope]


class ShopShape(Struct, frozen=True, rename="camel"):
    """A shop, and what we may do in it."""

    shop: _Shop
    current_app_installation: _Installation

    @property
    def scopes(self) -> frozenset[str]:
        """What we may do; who may write may read."""
        given = {one.handle for one in self.current_app_installation.access_scopes}
        return frozenset(given | {one.replace("write_", "read_", 1) for one in given})


class Side(HttpAccount):
    """A shop at Shopify."""

    batch_size = 50
    version: str

    def __init__(self, *, name: str, spool: Path, concurrency: int) -> None:
        super().__init__(name=name, spool=spool, concurrency=concurrency)
        self._shop: ShopShape | None = None
        self._locations: Sequence[LocationShape] | None = None
        self._fit: dict[str, int] = {}
        """How many things may be asked for at once, by the question, where it is not the most."""

    @property
    def shopify(self) -> "ShopifySession":
        """The session, which speaks GraphQL."""
        return cast("ShopifySession", self.http)

    def close(self) -> None:
        """Forget what was read for one run."""
        self._locations = None

    def shop(self) -> ShopShape:
        """Return what the shop says of itself, read once."""
        with self.asking:
            if self._shop is None:
                self._shop = self.shopify.ask(SHOP, ShopShape, action="sign in")
            return self._shop

    @property
    def currency(self) -> str:
        """The currency of the shop's prices."""
        return self.shop().shop.currency_code

    def locations(self) -> Sequence[LocationShape]:
        """Return all locations, read once a run."""
        if self._locations is None:
            pages = Pages(
                self.shopify, LOCATIONS, LocationShape, action="read the locations", first=100
            )
            self._locations = [one for page in pages.all() for one in page]
        return self._locations

    def check_shop(self, *needed: str) -> Iterator[Finding]:
        """Look whether the token may do all that is needed, in the version that was asked for."""
        missing = sorted({*needed} - self.shop().scopes)
        if missing:
            yield Finding(text=f"the token lacks the scopes {', '.join(missing)}", is_problem=True)
        if "read_all_orders" not in self.shop().scopes:
            text = "shows no order of more than 60 days ago: the token lacks read_all_orders"
            yield Finding(text=text)
        answered = self.shopify.answered_version
        if answered and answered != self.version:
            text = f"answers as version {answered} of its API, not {self.version}: set `version`"
            yield Finding(text=text, is_problem=True)

    def by_id(
        self, document: str, shape: type[T], ids: Sequence[str], *, action: str, **variables: object
    ) -> list[T]:
        """Return those of these things that are there. Raises where one cannot be read."""
        pages = self.raw_by_id(document, ids, action=action, **variables)
        return [self.read(raw, shape, action=action) for page in pages for raw in page]

    def read(self, raw: Raw, shape: type[T], *, action: str) -> T:
        """Read one object. Raises `RefusedError` where it is not what it should be."""
        from ordosync.http import decode  # noqa: PLC0415 - slow to import

        try:
            return decode(raw, shape)
        except ValueError as error:
            raise RefusedError(f"account {self.name}", action, f"answered {error}") from error

    def raw_by_id(
        self, document: str, ids: Sequence[str], *, action: str, **variables: object
    ) -> Iterator[list[Raw]]:
        """Yield pages of those that are there, each still to be read."""
        left = list(dict.fromkeys(ids))
        while left:
            size = self._fit.get(document, _AT_ONCE)
            try:
                answer = self.shopify.ask(
                    document, Nodes, action=action, ids=left[:size], **variables
                )
            except TooCostlyError:
                if size == 1:
                    raise
                self._fit[document] = size // 2
                continue
            left = left[size:]
            yield [raw for raw in answer.nodes if bytes(raw) not in (b"null", b"{}")]

    def lines(self, found: Requested | Part) -> list[OrderedLine]:
        """Return all lines of a fulfillment order, also where it has more than came with it."""
        action = f"read the lines of fulfillment order {number(found.id)}"
        lines = cast("Connection[OrderedLine]", found.line_items)
        return [*whole(self.shopify, lines, MORE_LINES, OrderedLine, of=found.id, action=action)]

    def denied(self, errors: Sequence[UserError], *sent: object, code: str = "refused") -> Outcome:
        """Return the outcome of a mutation that said no, or not now."""
        said = self.said(errors, *sent)
        if any(one.message.startswith(_NOT_NOW) for one in errors):
            return Outcome(
                state="unavailable", code=UnavailableError.code, reason=said, retry_after_s=60
            )
        return refused(code, said)

    def said(self, errors: Sequence[UserError], *sent: object) -> str:
        """Return what was said, without what is personal in what was sent."""
        return self.shopify.shown("; ".join(one.message for one in errors), *sent)

    def keep(self, metafields: Sequence[Mapping[str, str]], *, action: str) -> None:
        """Write metafields; the same again changes nothing."""
        for start in range(0, len(metafields), _KEPT_AT_ONCE):
            part = metafields[start : start + _KEPT_AT_ONCE]
            answer = self.shopify.write(
                KEEP, dict[str, Told], action=action, idempotent=True, metafields=part
            )
            self.check_told(answer, action)

    def check_told(self, answer: Mapping[str, Told], action: str) -> None:
        """Raise `RefusedError` where any part of a mutation said no."""
        errors = [error for told in answer.values() for error in told.user_errors]
        if errors:
            raise RefusedError(f"account {self.name}", action, self.said(errors))

    def remark(self, order: str, comment: Comment, *kept: Mapping[str, str]) -> None:
        """Say something of an order: a timeline takes no remarks of apps, so beside it.

        Named by its key, so that it is there once however often it is said.
        """
        digest = hashlib.sha256(comment.key.encode()).hexdigest()[:12]
        action = f"remark on order {number(order)}"
        answer = self.shopify.write(
            REMARK,
            dict[str, Told],
            action=action,
            idempotent=True,
            id=order,
            tags=[ATTENTION],
            metafields=[
                metafield(order, f"remark_{digest}", comment.text, kind="multi_line_text_field"),
                *kept,
            ],
        )
        self.check_told(answer, action)


def metafield(owner: str, key: str, value: str, *, kind: str = "json") -> Mapping[str, str]:
    """Return what is kept with an order, as it is written."""
    return {"ownerId": owner, "namespace": NAMESPACE, "key": key, "type": kind, "value": value}
