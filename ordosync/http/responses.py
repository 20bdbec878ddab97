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
from ordosync.http.redaction import Mask, said, title
from ordosync.http.retries import retry_after_s
from ordosync.http.transport import LostError, Params, Reply

T = TypeVar("T")
Effect = Literal["none", "same", "once"]
_OK, _REDIRECT, _BAD, _BROKEN = 200, 300, 400, 500
_TIMED_OUT, _FORBIDDEN, _NOT_FOUND, _TOO_MANY, _NOT_NOW = 408, 403, 404, 429, 503
_TOO_LONG = 414
_SIGN_IN = {401, 402, 403}
_NOTICE = re.compile(rb"\s{0,9}(<br ?/?>\s{0,9})?<b>(Notice|Warning|Deprecated|Fatal error)</b>")
_REQUEST_ID = ("X-Ordoro-Request-Id", "X-Request-Id")


@dataclass(frozen=True, kw_only=True)
class Call(Generic[T]):
    """One thing asked of an account."""

    method: str
    path: str
    shape: type[T]
    doing: str
    params: Params | None = None
    json: object = None
    form: Mapping[str, str] | None = None
    """What is sent in place of JSON, as a page of the web sends its fields."""
    effect: Effect
    """What doing it twice would do: nothing, the same again, or another thing."""

    @property
    def unclear(self) -> type[AccountError]:
        """What it is when it is not known what became of it."""
        return UnavailableError if self.effect == "none" else UnknownOutcomeError


class FailedError(Exception):
    """One attempt of a call came to nothing."""

    def __init__(
        self,
        kind: type[AccountError],
        answer: str,
        *,
        again: bool = False,
        status: int | None = None,
        wished_s: float | None = None,
    ) -> None:
        super().__init__(answer)
        self.kind = kind
        self.answer = answer
        self.again = again
        """Whether another attempt may help, and does no harm."""
        self.too_many = status == _TOO_MANY
        self.not_now = status == _NOT_NOW
        self.wished_s = wished_s
        """How long the service wants to be left alone."""


def lost(error: LostError, call: Call[Any]) -> FailedError:
    """Return what it means that there is no answer."""
    kind = call.unclear if error.sent else UnavailableError
    if error.stopped and kind is UnavailableError:
        return FailedError(StoppedCallError, str(error))
    return FailedError(kind, str(error), again=call.effect != "once" and not error.lasting)


def value_of(reply: Reply, call: Call[T], mask: Mask, now: datetime) -> T:
    """Return what was asked for, or raise `FailedError`."""
    if not _OK <= reply.status < _REDIRECT:
        raise _failed(reply, call, mask, now)
    try:
        return _read(reply, call.shape)
    except ValueError as error:
        again = call.effect != "once" and not isinstance(error, ShapeError)
        raise FailedError(call.unclear, mask(f"answered {error}"), again=again) from error


def _failed(reply: Reply, call: Call[Any], mask: Mask, now: datetime) -> FailedError:
    kind = _kind(reply, call)
    is_certain = kind is not call.unclear or reply.status in (_TOO_MANY, _FORBIDDEN, _NOT_FOUND)
    is_redirect = _REDIRECT <= reply.status < _BAD
    words = _redirect(reply) if is_redirect else _page(reply) or said(reply.body)
    request_id = next((reply.headers[name] for name in _REQUEST_ID if name in reply.headers), "")
    answer = f"HTTP {reply.status}"
    answer += f": {mask(words)}" if words else ""
    answer += f" (request {mask(request_id)[:40]})" if request_id else ""
    return FailedError(
        kind,
        answer,
        again=not is_redirect and _again(reply.status, call, is_certain=is_certain),
        status=reply.status,
        wished_s=retry_after_s(reply.headers, now),
    )


def _again(status: int, call: Call[Any], *, is_certain: bool) -> bool:
    return status == _TOO_MANY or (not is_certain and call.effect != "once")


def _kind(reply: Reply, call: Call[Any]) -> type[AccountError]:
    status = reply.status
    if status in (_FORBIDDEN, _NOT_FOUND) and _page(reply):
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
    return call.unclear


def _page(reply: Reply) -> str:
    """Say which web page it is; nothing where it is none."""
    if "html" not in reply.headers.get("Content-Type", "").lower():
        return ""
    name = " ".join(title(reply.body).split())
    return f'a web page, "{name}"' if name else "a web page"


def _redirect(reply: Reply) -> str:
    """Name no more of the target than its host: the rest may hold what is personal."""
    try:
        host = parse_url(reply.headers.get("Location", "")).host
    except LocationParseError:
        host = None
    return f"sends us on to {host or 'another of its pages'}, which is not followed"


def _read(reply: Reply, shape: type[T]) -> T:
    """Return the value, or raise ValueError with what it is instead."""
    if shape is NoneType:
        return cast("T", None)
    kind = reply.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if not reply.body.strip():
        raise ValueError("nothing")
    if _NOTICE.match(reply.body):
        raise ValueError("with a notice of PHP before its JSON: display_errors is on there")
    page = _page(reply)
    if page:
        raise ValueError(f"{page}, not JSON")
    if kind and not kind.endswith(("/json", "+json")):
        raise ValueError(f"{kind}, not JSON")
    return decode(reply.body, shape)
