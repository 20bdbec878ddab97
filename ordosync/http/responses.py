"""Interprets a response: returns its value in the requested type, or raises an error.

A read with an unclear response raises `UnavailableError`, a write raises `UnknownOutcomeError`:
after a 500, a 503, a redirect or half a response the write may have been executed. Only a
deliberate refusal of the service (4xx, including 429) is certain. An HTML page comes from the
host or a firewall, not from the service. Its 403 or 404 does not refer to the object, so it counts
as temporary.
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
    """One request to an account."""

    method: str
    path: str
    shape: type[T]
    action: str
    params: Params | None = None
    json: object = None
    form: Mapping[str, str] | None = None
    """Form fields, sent instead of JSON."""
    effect: Effect
    """Effect of repeating it: RFC 9110, 9.2."""

    @property
    def is_write(self) -> bool:
        """True if it changes something at the account."""
        return self.effect != "safe"

    @property
    def unclear_error(self) -> type[AccountError]:
        """The error if the outcome of the request is unknown."""
        return UnknownOutcomeError if self.is_write else UnavailableError


class AttemptError(Exception):
    """One attempt of a request failed."""

    def __init__(
        self,
        kind: type[AccountError],
        answer: str,
        *,
        can_retry: bool = False,
        status: int | None = None,
        retry_after_s: float | None = None,
        is_foreign: bool = False,
    ) -> None:
        super().__init__(answer)
        self.kind = kind
        self.answer = answer
        self.can_retry = can_retry
        """True if another attempt is safe and may succeed."""
        self.is_rate_limited = status == _TOO_MANY
        self.is_overloaded = status == _NOT_NOW
        self.retry_after_s = retry_after_s
        """Seconds to wait before the next attempt, as the service requests."""
        self.is_foreign = is_foreign
        """True if it is a web page or a redirect, so probably not from the API."""

    def advised(self, page_hint: str) -> str:
        """Return the answer, with advice if it is probably not from the API."""
        return f"{self.answer}; {page_hint}" if self.is_foreign and page_hint else self.answer


def to_attempt_error(error: NoResponseError, request: Request[Any]) -> AttemptError:
    """Return the error of an attempt that has no response."""
    kind = request.unclear_error if error.may_have_arrived else UnavailableError
    if error.is_stopped and kind is UnavailableError:
        return AttemptError(StoppedCallError, str(error))
    return AttemptError(
        kind, str(error), can_retry=request.effect != "non-idempotent" and not error.is_permanent
    )


def value_of(response: Response, request: Request[T], redact: Redactor, now: datetime) -> T:
    """Return the decoded value. Raises `AttemptError`."""
    if not _OK <= response.status < _REDIRECT:
        raise _failed(response, request, redact, now)
    try:
        return _read(response, request.shape)
    except ValueError as error:
        can_retry = request.effect != "non-idempotent" and not isinstance(error, ShapeError)
        raise AttemptError(
            request.unclear_error,
            redact(f"returned {error}"),
            can_retry=can_retry,
            is_foreign=bool(_page(response)),
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
    text = _redirect(response) if is_redirect else _page(response) or error_message(response.body)
    request_id = next(
        (response.headers[name] for name in _REQUEST_ID if name in response.headers), ""
    )
    answer = f"HTTP {response.status}"
    answer += f": {redact(text)}" if text else ""
    answer += f" (request {redact(request_id)[:40]})" if request_id else ""
    return AttemptError(
        kind,
        answer,
        can_retry=not is_redirect and _can_retry(response.status, request, is_certain=is_certain),
        status=response.status,
        retry_after_s=parse_retry_after(response.headers, now),
        is_foreign=is_redirect or (response.status == _NOT_FOUND and bool(_page(response))),
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
    """Return a description of the response if it is a web page, otherwise an empty text."""
    if "html" not in response.headers.get("Content-Type", "").lower():
        return ""
    name = " ".join(page_title(response.body).split())
    return f'a web page, "{name}"' if name else "a web page"


def _redirect(response: Response) -> str:
    """Describe a redirect by its host only: the rest of the target may be personal."""
    try:
        host = parse_url(response.headers.get("Location", "")).host
    except LocationParseError:
        host = None
    return f"responds with a redirect to {host or 'another page'}; redirects are not followed"


def _read(response: Response, shape: type[T]) -> T:
    """Return the value. Raises `ValueError`, which describes the content."""
    if shape is NoneType:
        return cast("T", None)
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if not response.body.strip():
        raise ValueError("an empty body")
    if _NOTICE.match(response.body):
        raise ValueError("a PHP notice before the JSON; switch display_errors off on that server")
    page = _page(response)
    if page:
        raise ValueError(f"{page}, not JSON")
    if kind and not kind.endswith(("/json", "+json")):
        raise ValueError(f"{kind}, not JSON")
    return decode(response.body, shape)
