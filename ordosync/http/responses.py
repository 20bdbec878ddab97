"""What an answer means: a value of the shape that was asked for, or why there is none.

For a read everything unclear is `UnavailableError`. For a write it is `UnknownOutcomeError`:
after a 500, a 503, a redirect or half an answer the write may have been done all the same. Only
words that a service says on purpose (4xx, and 429 for "not now") are certain. A web page is not
the service's word but its host's or a firewall's: what that refuses or does not find may be
there, and let in later.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import NoneType
from typing import Any, Generic, Literal, TypeVar, cast

from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from ordosync.errors import (
    AccountError,
    AddressError,
    NotFoundError,
    RefusedError,
    SignInError,
    StoppedCallError,
    UnavailableError,
    UnknownOutcomeError,
)
from ordosync.http.decoding import ShapeError, decode
from ordosync.http.redaction import Redactor, error_message, page_title
from ordosync.http.retries import parse_retry_after
from ordosync.http.transport import NoResponseError, Params, Response

T = TypeVar("T")
Effect = Literal["safe", "idempotent", "non-idempotent"]
_OK, _REDIRECT, _BAD, _BROKEN = 200, 300, 400, 500
_TIMED_OUT, _FORBIDDEN, _NOT_FOUND, _TOO_MANY, _NOT_NOW = 408, 403, 404, 429, 503
_TOO_LONG = 414
_SIGN_IN = {401, 402, 403}
_NOTICE = re.compile(rb"\s{0,9}(<br ?/?>\s{0,9})?<b>(Notice|Warning|Deprecated|Fatal error)</b>")
_REQUEST_ID = ("X-Ordoro-Request-Id", "X-Request-Id")


@dataclass(frozen=True, kw_only=True)
class Request(Generic[T]):
    """One thing asked of an account."""

    method: str
    path: str
    shape: type[T]
    action: str
    params: Params | None = None
    json: object = None
    form: Mapping[str, str] | None = None
    """What is sent in place of JSON, as a page of the web sends its fields."""
    effect: Effect
    """What doing it twice would do: nothing, the same again, or another thing."""

    @property
    def unclear_error(self) -> type[AccountError]:
        """What it is when it is not known what became of it."""
        return UnavailableError if self.effect == "safe" else UnknownOutcomeError


class AttemptError(Exception):
    """One attempt of a call came to nothing."""

    def __init__(
        self,
        kind: type[AccountError],
        answer: str,
        *,
        can_retry: bool = False,
        status: int | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(answer)
        self.kind = kind
        self.answer = answer
        self.can_retry = can_retry
        """Whether another attempt may help, and does no harm."""
        self.is_rate_limited = status == _TOO_MANY
        self.is_overloaded = status == _NOT_NOW
        self.retry_after_s = retry_after_s
        """How long the service wants to be left alone."""


def to_attempt_error(error: NoResponseError, request: Request[Any]) -> AttemptError:
    """Return what it means that there is no answer."""
    kind = request.unclear_error if error.sent else UnavailableError
    if error.stopped and kind is UnavailableError:
        return AttemptError(StoppedCallError, str(error))
    return AttemptError(
        kind, str(error), can_retry=request.effect != "non-idempotent" and not error.is_permanent
    )


def value_of(response: Response, request: Request[T], redact: Redactor, now: datetime) -> T:
    """Return what was asked for, or raise `AttemptError`."""
    if not _OK <= response.status < _REDIRECT:
        raise _failed(response, request, redact, now)
    try:
        return _read(response, request.shape)
    except ValueError as error:
        can_retry = request.effect != "non-idempotent" and not isinstance(error, ShapeError)
        raise AttemptError(
            request.unclear_error, redact(f"answered {error}"), can_retry=can_retry
        ) from error


def _failed(
    response: Response, request: Request[Any], redact: Redactor, now: datetime
) -> AttemptError:
    kind = _kind(response, request)
    is_certain = kind is not request.unclear_error or response.status in (
        _TOO_MANY,
        _FORBIDDEN,
        _NOT_FOUND,
    )
    is_redirect = _REDIRECT <= response.status < _BAD
    words = _redirect(response) if is_redirect else _page(response) or error_message(response.body)
    request_id = next(
        (response.headers[name] for name in _REQUEST_ID if name in response.headers), ""
    )
    answer = f"HTTP {response.status}"
    answer += f": {redact(words)}" if words else ""
    answer += f" (request {redact(request_id)[:40]})" if request_id else ""
    return AttemptError(
        kind,
        answer,
        can_retry=not is_redirect and _can_retry(response.status, request, is_certain=is_certain),
        status=response.status,
        retry_after_s=parse_retry_after(response.headers, now),
    )


def _can_retry(status: int, request: Request[Any], *, is_certain: bool) -> bool:
    return status == _TOO_MANY or (not is_certain and request.effect != "non-idempotent")


def _kind(response: Response, request: Request[Any]) -> type[AccountError]:
    status = response.status
    if status in (_FORBIDDEN, _NOT_FOUND) and _page(response):
        return UnavailableError
    if status in _SIGN_IN:
        return SignInError
    if status == _NOT_FOUND:
        return NotFoundError
    if status == _TOO_LONG:
        return AddressError
    if status == _TOO_MANY:
        return UnavailableError
    if _BAD <= status < _BROKEN and status != _TIMED_OUT:
        return RefusedError
    return request.unclear_error


def _page(response: Response) -> str:
    """Say which web page it is; nothing where it is none."""
    if "html" not in response.headers.get("Content-Type", "").lower():
        return ""
    name = " ".join(page_title(response.body).split())
    return f'a web page, "{name}"' if name else "a web page"


def _redirect(response: Response) -> str:
    """Name no more of the target than its host: the rest may hold what is personal."""
    try:
        host = parse_url(response.headers.get("Location", "")).host
    except LocationParseError:
        host = None
    return f"sends us on to {host or 'another of its pages'}, which is not followed"


def _read(response: Response, shape: type[T]) -> T:
    """Return the value, or raise ValueError with what it is instead."""
    if shape is NoneType:
        return cast("T", None)
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if not response.body.strip():
        raise ValueError("nothing")
    if _NOTICE.match(response.body):
        raise ValueError("with a notice of PHP before its JSON: display_errors is on there")
    page = _page(response)
    if page:
        raise ValueError(f"{page}, not JSON")
    if kind and not kind.endswith(("/json", "+json")):
        raise ValueError(f"{kind}, not JSON")
    return decode(response.body, shape)
