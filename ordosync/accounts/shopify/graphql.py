"""GraphQL of Shopify over one HTTP session.

Nearly every response is HTTP 200, with the errors in its body: `errors` beside the data or instead
of it, and `userErrors` in the data of a mutation, which the parts read. A query without enough
points is rejected (`THROTTLED`) and not executed. It is repeated when there are enough points.
"""

from collections.abc import Mapping
from typing import Any, Literal, TypeVar

from msgspec import Raw, Struct, field

from ordosync.accounts.shopify.auth import GrantedToken, StaticToken
from ordosync.accounts.shopify.cost_limit import Cost, CostLimit, TooCostlyError
from ordosync.clock import StoppedError
from ordosync.errors import (
    AccountError,
    NotFoundError,
    RefusedError,
    SignInError,
    StoppedCallError,
    UnavailableError,
    UnknownOutcomeError,
)
from ordosync.http import HttpClient, decode

T = TypeVar("T")
Effect = Literal["safe", "idempotent", "non-idempotent"]

_PATH = "/graphql.json"
_ATTEMPTS = 3
_MAX_WAIT_S = 75
_MAX_NODES = 250
# The target cost of a page. The maximum cost of one query is 1000 points.
_TARGET_COST = 800
_NO_DATA = (b"", b"null")
_VERSION = "X-Shopify-API-Version"
# Errors that are reported before anything is executed. After any other error, a part may be done.
_NOT_DONE = frozenset(
    {"BAD_REQUEST", "INVALID_VARIABLE", "INVALID_FIELD_ARGUMENTS", "MAX_INPUT_SIZE_EXCEEDED"}
    | {"PARSE_ERROR", "RESOURCE_NOT_FOUND", "ACCESS_DENIED", "MAX_COST_EXCEEDED"}
    | {"undefinedField", "selectionMismatch", "argumentLiteralsIncompatible"}
    | {"missingRequiredArguments", "argumentNotAccepted", "variableMismatch"}
)


class _Coded(Struct, frozen=True):
    code: str = ""


class _Error(Struct, frozen=True):
    message: str = ""
    path: list[str | int] | None = None
    extensions: _Coded = _Coded()


class _Extensions(Struct, frozen=True):
    cost: Cost | None = None


class _Answer(Struct, frozen=True):
    data: Raw = field(default_factory=Raw)
    errors: list[_Error] | str = field(default_factory=list)
    extensions: _Extensions = _Extensions()

    @property
    def all_errors(self) -> list[_Error]:
        """The errors; before a query is parsed, Shopify reports a single text."""
        if isinstance(self.errors, str):
            return [_Error(message=self.errors)]
        return self.errors

    @property
    def is_throttled(self) -> bool:
        """True if the query was rejected because there are not enough points."""
        return any(error.extensions.code == "THROTTLED" for error in self.all_errors)


class GraphQLClient(HttpClient):
    """A session of a shop: queries and mutations, with one cost limit for all of its users."""

    def __init__(
        self,
        account: str,
        base_url: str,
        *,
        token: StaticToken | GrantedToken,
        cost_limit: CostLimit,
        **more: Any,
    ) -> None:
        super().__init__(account, base_url, auth=token, **more)
        self._token = token
        self._cost_limit = cost_limit
        self.answered_version = ""
        """The API version of the last response: Shopify silently replaces an old version."""

    def unavailable(self, action: str, answer: str) -> UnavailableError:
        """Return the error for a response that cannot be used now."""
        return UnavailableError(self._account, action, answer)

    def ask(self, document: str, shape: type[T], *, action: str, **variables: object) -> T:
        """Send a query and return its data."""
        return self._execute(document, shape, action, variables, "safe")

    def page(
        self, document: str, shape: type[T], *, action: str, first: int, **variables: object
    ) -> tuple[T, int]:
        """Read a page of at most `first` objects; also return the size of the next page.

        Shopify reports the maximum cost of a page, so the next page is as large as possible.
        """
        while True:
            try:
                answer = self.ask(document, shape, action=action, first=first, **variables)
            except TooCostlyError:
                if first == 1:
                    raise
                first = max(first // 2, 1)
            else:
                cost = self._cost_limit.max_cost(_name(document))
                fits = int(first * _TARGET_COST / cost) if cost else first
                return answer, max(1, min(fits, _MAX_NODES))

    def write(
        self,
        document: str,
        shape: type[T],
        *,
        action: str,
        idempotent: bool = False,
        **variables: object,
    ) -> T:
        """Send a mutation and return its data. `idempotent` if a repetition changes nothing."""
        effect: Effect = "idempotent" if idempotent else "non-idempotent"
        return self._execute(document, shape, action, variables, effect)

    def _execute(
        self,
        document: str,
        shape: type[T],
        action: str,
        variables: Mapping[str, object],
        effect: Effect,
    ) -> T:
        try:
            return self._send_until_final(document, shape, action, variables, effect)
        # A signal stopped the wait before the request, so nothing was sent.
        except StoppedError as stopped:
            raise StoppedCallError(self._account, action) from stopped

    def _send_until_final(
        self,
        document: str,
        shape: type[T],
        action: str,
        variables: Mapping[str, object],
        effect: Effect,
    ) -> T:
        """Send a request; repeat it if it is throttled, or fails with a temporary error."""
        name = _name(document)
        body = {"query": document, "variables": variables}
        deadline = self._clock.monotonic() + _MAX_WAIT_S
        attempt = 0
        while True:
            attempt += 1
            answer = self._send_within_limit(name, body, action, effect)
            if answer.is_throttled:
                self._wait(name, action, deadline)
                continue
            if not answer.all_errors:
                return self._value(answer.data, shape, action, effect)
            error = self._graphql_error(answer, action, variables, effect)
            if (
                effect == "non-idempotent"
                or not isinstance(error, UnavailableError)
                or attempt >= _ATTEMPTS
            ):
                raise error
            self._clock.sleep(attempt)

    def _send_within_limit(
        self, name: str, body: Mapping[str, object], action: str, effect: Effect
    ) -> _Answer:
        """Send a request when there are enough points for it, and record its cost."""
        with self._cost_limit.reserve(name) as reservation:
            answer = self._send_signed(body, action, effect)
            cost = answer.extensions.cost
            self._cost_limit.learn(name, cost, reservation)
        if not answer.is_throttled:
            self._budget.charge(int((cost and cost.actual_query_cost) or 0))
        return answer

    def _wait(self, name: str, action: str, deadline: float) -> None:
        wait_s = self._cost_limit.wait_s(name)
        if self._clock.monotonic() + wait_s > deadline:
            why = "other processes use up the shop's query limit"
            raise UnavailableError(self._account, action, why, retry_after_s=wait_s)
        self._clock.sleep(wait_s)

    def _send_signed(self, body: Mapping[str, object], action: str, effect: Effect) -> _Answer:
        """Send a request; repeat it with a new token if the token has expired early."""
        signed = self._token()
        try:
            return self._send_once(body, action, effect)
        except SignInError:
            if not self._token.renew(signed):
                raise
        return self._send_once(body, action, effect)

    def _send_once(self, body: Mapping[str, object], action: str, effect: Effect) -> _Answer:
        if effect == "safe":
            answer, headers = self.query_with_headers(_PATH, _Answer, action=action, json=body)
            self.answered_version = headers.get(_VERSION, "")
            return answer
        return self.send(
            "POST", _PATH, _Answer, action=action, json=body, idempotent=effect == "idempotent"
        )

    def _value(self, data: Raw, shape: type[T], action: str, effect: Effect) -> T:
        unclear = UnavailableError if effect == "safe" else UnknownOutcomeError
        if bytes(data) in _NO_DATA:
            raise unclear(self._account, action, "returned neither data nor errors")
        try:
            return decode(data, shape)
        except ValueError as error:
            raise unclear(self._account, action, f"returned {error}") from error

    def _graphql_error(
        self, answer: _Answer, action: str, variables: Mapping[str, object], effect: Effect
    ) -> AccountError:
        """Return the error to raise. Data in a response with errors is never used."""
        first = answer.all_errors[0]
        code = first.extensions.code
        text = self.shown(first.message, variables)
        message = f"{code}: {text}" if code else text
        if effect != "safe" and not _is_certain(answer):
            return UnknownOutcomeError(self._account, action, message)
        if code == "ACCESS_DENIED":
            return SignInError(self._account, action, message)
        if code == "MAX_COST_EXCEEDED":
            return TooCostlyError(self._account, action, message)
        if code == "RESOURCE_NOT_FOUND":
            return NotFoundError(self._account, action, message)
        if code in _NOT_DONE:
            return RefusedError(self._account, action, message)
        return UnavailableError(self._account, action, message)


def _name(document: str) -> str:
    return document.split("(", 1)[0].split()[1]


def _is_certain(answer: _Answer) -> bool:
    """True if a mutation was rejected as a whole, so that nothing was executed."""
    return all(
        error.extensions.code in _NOT_DONE and len(error.path or ()) <= 1
        for error in answer.all_errors
    )
