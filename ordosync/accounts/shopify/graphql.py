"""GraphQL as Shopify speaks it, over one session of ours.

Nearly every answer is HTTP 200, and what is wrong stands in it: `errors` beside the data or in
their place, and in the data of a mutation its `userErrors`, which are the adapter's to read. A
question that the bucket has no points for is turned away (`THROTTLED`) with nothing done, and is
asked again as soon as there are enough.
"""

from collections.abc import Mapping
from typing import Any, Literal, TypeVar

from msgspec import Raw, Struct, field

from ordosync.accounts.shopify.auth import GrantedToken, LastingToken
from ordosync.accounts.shopify.cost_limit import Bucket, Cost, TooCostlyError
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
_PATIENCE_S = 75
_MOST_NODES = 250
# Of the 1000 points that one question may cost.
_AIM = 800
_NO_DATA = (b"", b"null")
_VERSION = "X-Shopify-API-Version"
# What is said before anything is done. All else may have been done in part.
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
    def troubles(self) -> list[_Error]:
        """What is wrong; before a question is looked at, a mere text says it."""
        if isinstance(self.errors, str):
            return [_Error(message=self.errors)]
        return self.errors

    @property
    def is_throttled(self) -> bool:
        """Whether it was turned away for want of points."""
        return any(error.extensions.code == "THROTTLED" for error in self.troubles)


class ShopifySession(HttpClient):
    """One session of a shop: questions and mutations, with one bucket for all who use it."""

    def __init__(
        self,
        account: str,
        base_url: str,
        *,
        token: LastingToken | GrantedToken,
        bucket: Bucket,
        **more: Any,
    ) -> None:
        super().__init__(account, base_url, auth=token, **more)
        self._token = token
        self._bucket = bucket
        self.answered_version = ""
        """Which version of the API answered last: an old one is silently replaced."""

    def unavailable(self, action: str, answer: str) -> UnavailableError:
        """Return the error of an answer that cannot be used now."""
        return UnavailableError(self._account, action, answer)

    def ask(self, document: str, shape: type[T], *, action: str, **variables: object) -> T:
        """Read."""
        return self._make_known(document, shape, action, variables, "safe")

    def page(
        self, document: str, shape: type[T], *, action: str, first: int, **variables: object
    ) -> tuple[T, int]:
        """Read a page of up to so many; also return how many to ask for next.

        The service says what a page may cost at most, so the next one is as large as it can be.
        """
        while True:
            try:
                answer = self.ask(document, shape, action=action, first=first, **variables)
            except TooCostlyError:
                if first == 1:
                    raise
                first = max(first // 2, 1)
            else:
                cost = self._bucket.most(_name(document))
                fits = int(first * _AIM / cost) if cost else first
                return answer, max(1, min(fits, _MOST_NODES))

    def write(
        self,
        document: str,
        shape: type[T],
        *,
        action: str,
        idempotent: bool = False,
        **variables: object,
    ) -> T:
        """Write. `idempotent` where a second time does nothing more."""
        effect: Effect = "idempotent" if idempotent else "non-idempotent"
        return self._make_known(document, shape, action, variables, effect)

    def _make_known(
        self,
        document: str,
        shape: type[T],
        action: str,
        variables: Mapping[str, object],
        effect: Effect,
    ) -> T:
        try:
            return self._until_answered(document, shape, action, variables, effect)
        except StoppedError as stopped:  # of a wait in which nothing was asked
            raise StoppedCallError(self._account, action) from stopped

    def _until_answered(
        self,
        document: str,
        shape: type[T],
        action: str,
        variables: Mapping[str, object],
        effect: Effect,
    ) -> T:
        name = _name(document)
        body = {"query": document, "variables": variables}
        patient_until = self._clock.monotonic() + _PATIENCE_S
        attempt = 0
        while True:
            attempt += 1
            with self._bucket.share(name):
                answer = self._signed(body, action, effect)
                cost = answer.extensions.cost
                self._bucket.learn(name, cost)
            if answer.is_throttled:
                self._wait(name, action, patient_until)
                continue
            self._budget.charge(int((cost and cost.actual_query_cost) or 0))
            if not answer.troubles:
                return self._value(answer.data, shape, action, effect)
            error = self._meaning(answer, action, variables, effect)
            if (
                effect == "non-idempotent"
                or not isinstance(error, UnavailableError)
                or attempt >= _ATTEMPTS
            ):
                raise error
            self._clock.sleep(attempt)

    def _wait(self, name: str, action: str, patient_until: float) -> None:
        wait_s = self._bucket.wait_s(name)
        if self._clock.monotonic() + wait_s > patient_until:
            why = "others use up all that may be asked of the shop"
            raise UnavailableError(self._account, action, why, retry_after_s=wait_s)
        self._clock.sleep(wait_s)

    def _signed(self, body: Mapping[str, object], action: str, effect: Effect) -> _Answer:
        """Ask; once more where a token that lasts a day has ended before its time."""
        signed = self._token()
        try:
            return self._sent(body, action, effect)
        except SignInError:
            if not self._token.renew(signed):
                raise
        return self._sent(body, action, effect)

    def _sent(self, body: Mapping[str, object], action: str, effect: Effect) -> _Answer:
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
            raise unclear(self._account, action, "answered neither data nor errors")
        try:
            return decode(data, shape)
        except ValueError as error:
            raise unclear(self._account, action, f"answered {error}") from error

    def _meaning(
        self, answer: _Answer, action: str, variables: Mapping[str, object], effect: Effect
    ) -> AccountError:
        """Return what the errors mean: part of an answer is never acted upon."""
        first = answer.troubles[0]
        code = first.extensions.code
        text = self.shown(first.message, variables)
        said = f"{code}: {text}" if code else text
        if effect != "safe" and not _is_certain(answer):
            return UnknownOutcomeError(self._account, action, said)
        if code == "ACCESS_DENIED":
            return SignInError(self._account, action, said)
        if code == "MAX_COST_EXCEEDED":
            return TooCostlyError(self._account, action, said)
        if code == "RESOURCE_NOT_FOUND":
            return NotFoundError(self._account, action, said)
        if code in _NOT_DONE:
            return RefusedError(self._account, action, said)
        return UnavailableError(self._account, action, said)


def _name(document: str) -> str:
    return document.split("(", 1)[0].split()[1]


def _is_certain(answer: _Answer) -> bool:
    """Whether a mutation was not carried out: refused as a whole, and not in what it answers."""
    return all(
        error.extensions.code in _NOT_DONE and len(error.path or ()) <= 1
        for error in answer.troubles
    )
