"""One session of an account: what its adapter asks, and how often that is tried."""

import copy
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from threading import BoundedSemaphore
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
from ordosync.http.rate_limit import BusyError, RateLimit
from ordosync.http.redaction import Mask
from ordosync.http.responses import Call, Effect, FailedError, lost, value_of
from ordosync.http.retries import ATTEMPTS, LONGEST_WAIT_S, Tally, backoff_s
from ordosync.http.transport import Auth, Limits, LostError, Params, Reply, Wire, secrets_in
from ordosync.http.urls import checked_base, joined

T = TypeVar("T")

# A service that says "not now" is given at least this, or three tries are gone in a moment.
_FLOOR_S = 1
# In place of no known limit: as good as none, but a service that says "too much" pauses it.
_UNKNOWN_LIMIT = (1000, 1.0)
GRACE_S = 10
"""How long after a signal the answer to a write is waited for: it tells what became of it."""
_FORM = "application/x-www-form-urlencoded"
_encoder = msgspec.json.Encoder(decimal_format="number")


@dataclass
class _Course:
    """How a call has gone so far."""

    left_s: float
    attempt: int = 0
    may_have_arrived: bool = False


class Http:
    """One session of an account, safe to use from many threads.

    A path begins with `/` and is added to `base_url`; names in it that come from data go through
    `quoted`. It may also be a whole link out of an answer, if that leads to the same server.
    `doing` says what is being done, without personal data. JSON is read into `shape`, exactly:
    numbers with a fraction become `Decimal`, and a `Decimal` is sent as a number. With
    `types.NoneType` as the shape any success will do, whatever it says.

    ValueError where it cannot be made: the configuration's fault.
    """

    def __init__(
        self,
        account: str,
        base_url: str,
        *,
        clock: Clock,
        auth: Auth,
        rate: RateLimit | None = None,
        ca_file: Path | None = None,
        proxy: str | None = None,
        allow_http: bool = False,
        concurrency: int = 4,
        limits: Limits | None = None,
        dice: Random | None = None,
    ) -> None:
        self._account = account
        self._base_url = checked_base(base_url, allow_http=allow_http)
        self._clock = clock
        self._rate = rate or RateLimit(*_UNKNOWN_LIMIT, clock)
        self._limits = limits or Limits()
        self._dice = dice or Random()  # noqa: S311 - spreads waits, guards nothing
        self._auth = auth
        self._tally = Tally()
        self._seats = BoundedSemaphore(concurrency)
        self._wire = Wire(
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
        """Requests made so far, repetitions included."""
        return self._tally.requests

    @property
    def cost(self) -> int:
        """What the service has charged for them, where it counts in points and not in requests."""
        return self._tally.cost

    def counted(self) -> Self:
        """Return a twin for one portal: the same session and limits, its own count."""
        twin = copy.copy(self)
        twin._tally = Tally()  # noqa: SLF001 - of our own kind
        return twin

    def close(self) -> None:
        """Close the connections, of all twins. Harmless when called twice."""
        self._wire.close()

    def get(self, path: str, shape: type[T], *, doing: str, params: Params | None = None) -> T:
        """Read."""
        return self.get_with_headers(path, shape, doing=doing, params=params)[0]

    def get_with_headers(
        self, path: str, shape: type[T], *, doing: str, params: Params | None = None
    ) -> tuple[T, Mapping[str, str]]:
        """Read, where the headers have something to say, too; their names in any case."""
        return self._make(
            Call(method="GET", path=path, shape=shape, doing=doing, params=params, effect="none")
        )

    def query(
        self,
        path: str,
        shape: type[T],
        *,
        doing: str,
        json: object = None,
        form: Mapping[str, str] | None = None,
    ) -> T:
        """Read by a POST that changes nothing, as GraphQL does."""
        return self.query_with_headers(path, shape, doing=doing, json=json, form=form)[0]

    def query_with_headers(
        self,
        path: str,
        shape: type[T],
        *,
        doing: str,
        json: object = None,
        form: Mapping[str, str] | None = None,
    ) -> tuple[T, Mapping[str, str]]:
        """Do the same, where the headers have something to say, too."""
        return self._make(
            Call(
                method="POST",
                path=path,
                shape=shape,
                doing=doing,
                json=json,
                form=form,
                effect="none",
            )
        )

    def send(
        self,
        method: str,
        path: str,
        shape: type[T],
        *,
        doing: str,
        json: object = None,
        repeatable: bool = False,
    ) -> T:
        """Write. `repeatable` where a second time does nothing more, such as setting a quantity."""
        effect: Effect = "same" if repeatable else "once"
        call = Call(method=method, path=path, shape=shape, doing=doing, json=json, effect=effect)
        return self._make(call)[0]

    def _make(self, call: Call[T]) -> tuple[T, Mapping[str, str]]:
        request = self._prepared(call)
        course = _Course(left_s=self._limits.total_s)
        while True:
            course.attempt += 1
            try:
                return self._attempt(call, request, course)
            except FailedError as failed:
                course.may_have_arrived |= failed.kind is call.unclear and call.effect != "none"
                wait_s = self._wait_s(failed, course)
                if failed.too_many:
                    self._rate.pause(wait_s)
                if not (self._tries_again(failed, course, wait_s) and self._waits(failed, wait_s)):
                    raise self._error(failed, call, course, wait_s) from failed

    def _prepared(self, call: Call[Any]) -> requests.PreparedRequest:
        try:
            url = joined(self._base_url, call.path)
        except ValueError as error:
            why = self._mask(call)(f"not asked: {error}")
            raise AddressError(self._account, call.doing, why) from error
        try:
            if call.form is not None:
                form = urlencode(call.form).encode()
                return self._wire.prepare(call.method, url, params=None, body=form, kind=_FORM)
            body = None if call.json is None else _encoder.encode(call.json)
            return self._wire.prepare(call.method, url, params=call.params, body=body)
        except ValueError as error:
            why = self._mask(call)(f"not asked: {error}")
            raise RefusedError(self._account, call.doing, why) from error

    def _attempt(
        self, call: Call[T], request: requests.PreparedRequest, course: _Course
    ) -> tuple[T, Mapping[str, str]]:
        with self._slot():
            self._tally.count()
            reply = self._exchange(call, request, course)
        return value_of(reply, call, self._mask(call), self._clock.now()), reply.headers

    def shown(self, text: str, *sent: object) -> str:
        """Return what a service said, as far as it may be shown beside what was sent to it."""
        return Mask(secrets_in(self._auth), *sent)(text)

    def _mask(self, call: Call[Any]) -> Mask:
        return Mask(secrets_in(self._auth), call.params, call.json, call.form)

    def _exchange(
        self, call: Call[Any], request: requests.PreparedRequest, course: _Course
    ) -> Reply:
        if call.effect != "none":
            fault("http-before-send")
        began = self._clock.monotonic()
        try:
            grace_s = 0 if call.effect == "none" else GRACE_S
            reply = self._wire.exchange(request, total_s=course.left_s, grace_s=grace_s)
        except LostError as error:
            raise lost(error, call) from error
        finally:
            course.left_s -= self._clock.monotonic() - began
        if call.effect != "none":
            fault("http-after-answer")
        return reply

    @contextmanager
    def _slot(self) -> Iterator[None]:
        try:
            with self._seats, self._rate.slot():
                yield
        except BusyError as busy:
            raise FailedError(
                UnavailableError, "too many requests for now", wished_s=busy.wait_s
            ) from busy
        except StoppedError as stopped:
            raise FailedError(StoppedCallError, "a signal ended the wait") from stopped

    def _wait_s(self, failed: FailedError, course: _Course) -> float:
        if failed.wished_s is not None:
            return failed.wished_s
        drawn_s = backoff_s(course.attempt, self._dice)
        if failed.too_many:
            return max(_FLOOR_S + drawn_s, self._rate.period_s(self._dice))
        return _FLOOR_S + drawn_s if failed.not_now else drawn_s

    def _tries_again(self, failed: FailedError, course: _Course, wait_s: float) -> bool:
        is_short = failed.wished_s is None or wait_s <= LONGEST_WAIT_S
        return (
            failed.again
            and is_short
            and course.attempt < ATTEMPTS
            and course.left_s > 0
            and self._tally.may_repeat()
        )

    def _waits(self, failed: FailedError, wait_s: float) -> bool:
        """Wait before another attempt; False where a signal ended the wait."""
        if failed.too_many:  # the pause is waited out with all others
            return True
        try:
            self._clock.sleep(wait_s)
        except StoppedError:
            return False
        return True

    def _error(
        self, failed: FailedError, call: Call[Any], course: _Course, wait_s: float
    ) -> AccountError:
        if course.may_have_arrived and issubclass(failed.kind, UnavailableError):
            return call.unclear(self._account, call.doing, failed.answer)
        if failed.kind is not UnavailableError:
            return failed.kind(self._account, call.doing, failed.answer)
        retry_after_s = wait_s if failed.too_many else failed.wished_s
        when = f", try again in {math.ceil(retry_after_s)} s" if retry_after_s else ""
        answer = failed.answer + when
        return UnavailableError(self._account, call.doing, answer, retry_after_s=retry_after_s)
