"""HTTP client of one account: sends requests, retries them, and returns values or errors."""

import copy
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any, Self, TypeVar
from urllib.parse import urlencode

import msgspec
import requests

from ordosync.clock import Clock, StoppedError
from ordosync.errors import (
    AccountError,
    AddressError,
    RefusedError,
    StoppedCallError,
    UnavailableError,
)
from ordosync.failpoints import fault
from ordosync.http.concurrency import ConcurrencyLimit, LocalConcurrencyLimit
from ordosync.http.rate_limit import BusyError, LocalRateLimit, RateLimit, rest_of_period_s
from ordosync.http.redaction import Redactor
from ordosync.http.responses import AttemptError, Effect, Request, to_attempt_error, value_of
from ordosync.http.retries import ATTEMPTS, LONGEST_WAIT_S, CallState, RetryBudget, backoff_s
from ordosync.http.transport import (
    Auth,
    Limits,
    NoResponseError,
    Params,
    Response,
    Transport,
    secrets_in,
)
from ordosync.http.urls import checked_base, joined

T = TypeVar("T")

# Minimum wait after a 503 or 429. Without it all attempts could be used up within a second.
_FLOOR_S = 1
# For services without a documented limit: in practice no limit, but a 429 can pause requests.
_UNKNOWN_LIMIT = (1000, 1.0)
_FORM = "application/x-www-form-urlencoded"
_encoder = msgspec.json.Encoder(decimal_format="number")


class HttpClient:
    """HTTP session of one account. Thread-safe.

    A path begins with `/` and is appended to `base_url`. Names in it that come from data must be
    quoted with `quoted`. A path can also be a complete link to the same server, from a response.
    `action` describes the request in error messages, without personal data.
    JSON is decoded strictly into `shape`: numbers with a fraction become `Decimal`, and a
    `Decimal` is sent as a number. If `shape` is `types.NoneType`, the body is ignored.

    Raises `ValueError` if the configuration of the session is invalid.
    """

    def __init__(
        self,
        account: str,
        base_url: str,
        *,
        clock: Clock,
        auth: Auth,
        rate: RateLimit | None = None,
        seats: ConcurrencyLimit | None = None,
        ca_file: Path | None = None,
        proxy: str | None = None,
        allow_http: bool = False,
        concurrency: int = 4,
        limits: Limits | None = None,
        random: Random | None = None,
        page_hint: str = "",  # advice for a response that is a web page or a redirect
    ) -> None:
        self._account, self._clock = account, clock
        self._base_url = checked_base(base_url, allow_http=allow_http)
        self._rate = rate or LocalRateLimit(*_UNKNOWN_LIMIT, clock)
        self._limits = limits or Limits()
        self._random = random or Random()  # noqa: S311 - spreads waits, guards nothing
        self._auth, self._page_hint = auth, page_hint
        self._budget = RetryBudget()
        self._before_write: Callable[[], None] = lambda: None
        self._seats = seats or LocalConcurrencyLimit(concurrency)
        self._transport = Transport(
            self._base_url,
            clock=clock,
            auth=auth,
            limits=self._limits,
            ca_file=ca_file,
            proxy=proxy,
            connections=concurrency,
        )

    @property
    def calls(self) -> int:
        """Number of requests made so far, retries included."""
        return self._budget.requests

    @property
    def cost(self) -> int:
        """Query cost charged by the service, in its own points; 0 if it has none."""
        return self._budget.cost

    def counted(self, before_write: Callable[[], None] = lambda: None) -> Self:
        """Return a copy for a portal, with separate counters; `before_write` can refuse writes."""
        counted = copy.copy(self)
        counted._before_write = before_write  # noqa: SLF001 - the same class
        counted._budget = RetryBudget()  # noqa: SLF001 - the same class
        return counted

    def close(self) -> None:
        """Close the connections of all copies. Idempotent."""
        self._transport.close()

    def get(self, path: str, shape: type[T], *, action: str, params: Params | None = None) -> T:
        """Send a GET request and return the decoded body."""
        return self.get_with_headers(path, shape, action=action, params=params)[0]

    def get_with_headers(
        self, path: str, shape: type[T], *, action: str, params: Params | None = None
    ) -> tuple[T, Mapping[str, str]]:
        """Return the decoded body and the headers, whose names are case-insensitive."""
        request = Request(
            method="GET", path=path, shape=shape, action=action, params=params, effect="safe"
        )
        return self._make(request)

    def query(
        self,
        path: str,
        shape: type[T],
        *,
        action: str,
        json: object = None,
        form: Mapping[str, str] | None = None,
    ) -> T:
        """Send a POST request that changes nothing, such as a GraphQL query."""
        return self.query_with_headers(path, shape, action=action, json=json, form=form)[0]

    def query_with_headers(
        self,
        path: str,
        shape: type[T],
        *,
        action: str,
        json: object = None,
        form: Mapping[str, str] | None = None,
    ) -> tuple[T, Mapping[str, str]]:
        """Send a POST request that changes nothing; return the decoded body and the headers."""
        request = Request(
            method="POST",
            path=path,
            shape=shape,
            action=action,
            json=json,
            form=form,
            effect="safe",
        )
        return self._make(request)

    def send(
        self,
        method: str,
        path: str,
        shape: type[T],
        *,
        action: str,
        json: object = None,
        idempotent: bool = False,
    ) -> T:
        """Send a write. `idempotent` if a repetition changes nothing, such as a set quantity."""
        effect: Effect = "idempotent" if idempotent else "non-idempotent"
        request = Request(
            method=method, path=path, shape=shape, action=action, json=json, effect=effect
        )
        return self._make(request)[0]

    def _make(self, request: Request[T]) -> tuple[T, Mapping[str, str]]:
        prepared = self._prepared(request)
        state = CallState(left_s=self._limits.total_s)
        while True:
            state.attempt += 1
            try:
                return self._attempt(request, prepared, state)
            except AttemptError as failed:
                state.may_have_arrived |= failed.kind is request.unclear_error and request.is_write
                wait_s = self._wait_s(failed, state)
                if failed.is_rate_limited:
                    self._rate.pause(wait_s)
                if not (self._can_retry(failed, state, wait_s) and self._waits(failed, wait_s)):
                    raise self._error(failed, request, state, wait_s) from failed

    def _prepared(self, request: Request[Any]) -> requests.PreparedRequest:
        try:
            url = joined(self._base_url, request.path)
        except ValueError as error:
            why = self._redactor(request)(f"not sent: {error}")
            raise AddressError(self._account, request.action, why) from error
        prepare = self._transport.prepare
        try:
            if request.form is not None:
                form = urlencode(request.form).encode()
                return prepare(request.method, url, params=None, body=form, kind=_FORM)
            body = None if request.json is None else _encoder.encode(request.json)
            return prepare(request.method, url, params=request.params, body=body)
        except ValueError as error:
            why = self._redactor(request)(f"not sent: {error}")
            raise RefusedError(self._account, request.action, why) from error

    def _attempt(
        self, request: Request[T], prepared: requests.PreparedRequest, state: CallState
    ) -> tuple[T, Mapping[str, str]]:
        with self._slot():
            self._budget.count()
            response = self._exchange(request, prepared, state)
        value = value_of(response, request, self._redactor(request), self._clock.now())
        return value, response.headers

    def shown(self, text: str, *request_values: object) -> str:
        """Return a text of the service, redacted: no secrets, no personal data of the request."""
        return Redactor(secrets_in(self._auth), *request_values)(text)

    def _redactor(self, request: Request[Any]) -> Redactor:
        return Redactor(secrets_in(self._auth), request.params, request.json, request.form)

    def _exchange(
        self, request: Request[Any], prepared: requests.PreparedRequest, state: CallState
    ) -> Response:
        if request.is_write:
            fault("http-before-send")
        began = self._clock.monotonic()
        try:
            response = self._transport.exchange(
                prepared,
                total_s=state.left_s,
                writes=request.is_write,
                before_write=self._before_write,
            )
        except NoResponseError as error:
            raise to_attempt_error(error, request) from error
        finally:
            state.left_s -= self._clock.monotonic() - began
        if request.is_write:
            fault("http-after-answer")
        return response

    @contextmanager
    def _slot(self) -> Iterator[None]:
        try:
            with self._seats.slot(), self._rate.slot():
                yield
        except BusyError as busy:
            raise AttemptError(
                UnavailableError, "too many requests for now", retry_after_s=busy.wait_s
            ) from busy
        except StoppedError as stopped:
            raise AttemptError(StoppedCallError, "a signal ended the wait") from stopped

    def _wait_s(self, failed: AttemptError, state: CallState) -> float:
        if failed.retry_after_s is not None:
            return failed.retry_after_s
        drawn_s = backoff_s(state.attempt, self._random)
        if failed.is_rate_limited:
            return max(_FLOOR_S + drawn_s, rest_of_period_s(self._rate, self._random))
        return _FLOOR_S + drawn_s if failed.is_overloaded else drawn_s

    def _can_retry(self, failed: AttemptError, state: CallState, wait_s: float) -> bool:
        is_short = failed.retry_after_s is None or wait_s <= LONGEST_WAIT_S
        has_left = state.attempt < ATTEMPTS and state.left_s > 0
        return failed.can_retry and is_short and has_left and self._budget.take_retry()

    def _waits(self, failed: AttemptError, wait_s: float) -> bool:
        """Wait before another attempt. Return False if a signal ended the wait."""
        # After a 429 the rate limit makes all threads wait, this one included.
        if failed.is_rate_limited:
            return True
        try:
            self._clock.sleep(wait_s)
        except StoppedError:
            return False
        return True

    def _error(
        self, failed: AttemptError, request: Request[Any], state: CallState, wait_s: float
    ) -> AccountError:
        answer = failed.advised(self._page_hint)
        if state.may_have_arrived and issubclass(failed.kind, UnavailableError):
            return request.unclear_error(self._account, request.action, answer)
        if failed.kind is not UnavailableError:
            return failed.kind(self._account, request.action, answer)
        retry_after_s = wait_s if failed.is_rate_limited else failed.retry_after_s
        if retry_after_s:
            answer += f", try again in {math.ceil(retry_after_s)} s"
        return UnavailableError(self._account, request.action, answer, retry_after_s=retry_after_s)
