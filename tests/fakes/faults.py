"""Faults between a client and the API, on demand.

    fake.faults.add(Fault(kind="lost-reset", method="POST", path=r"/v3/order$"))

A fault occurs for `times` matching requests, after `after` of them have passed. The first fault
that matches and has not occurred often enough is used; a request has at most one fault.
For refused connections see `Fake.down`.
"""

import json
import re
import threading
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal, NamedTuple

Kind = Literal[
    # Not processed, and no answer.
    "reset",
    "close",
    # Not processed, and answered.
    "unavailable",
    "throttled",
    "unauthorized",
    "redirect",
    "maintenance",
    "firewall",
    # Processed, and the answer lost or replaced.
    "lost-reset",
    "lost-close",
    "lost-500",
    "lost-502",
    # Processed, and the answer damaged.
    "cut",
    "cut-unframed",
    "empty",
    "no-content",
    "html",
    "bom",
    "latin-1",
    "garbage",
    "notice",
    "drip",
    "endless",
    "gzip-bomb",
    "deep",
    "edited",
    # Processed, in an odd way.
    "delay",
    "twice",
    "callback",
]

UNPROCESSED = {
    "unavailable": 503,
    "throttled": 429,
    "unauthorized": 401,
    "redirect": 307,
    "maintenance": 503,
    "firewall": 403,
}
UNHEARD = {"reset", "close"}
UNANSWERED = {"lost-reset", "lost-close"}
BROKEN = {"lost-500": 500, "lost-502": 502}
_PAGE = b"<!doctype html><title>Down for maintenance</title><p>We will be back."
PAGES = {
    "maintenance": _PAGE,
    "firewall": b"<!doctype html><title>Blocked</title><p>Your request looks unusual.",
}
"""HTML pages that replace the response of the service."""
_NOTICE = (
    b"<br />\n<b>Notice</b>:  Undefined index: id in <b>plugin.php</b> on line <b>7</b><br />\n"
)
_BLOCK = b" " * 65_536


@dataclass(kw_only=True)
class Fault:
    """A kind of fault, and the requests that it affects."""

    kind: Kind
    method: str = ""
    """Empty for any method."""
    path: str = ""
    """A regular expression that is searched in the path, or in what the service has in place of
    it: `#OrderCreate$` selects one operation of GraphQL.
    """
    times: float = 1
    """Number of occurrences; `math.inf` for no limit."""
    after: int = 0
    seconds: float = 0
    """Real time: the whole delay, or the pause between two bytes."""
    retry_after: str | None = None
    """Header for a response to an unprocessed request."""
    to: str = ""
    """Target of a redirect."""
    status: int | None = None
    """Status of a response to an unprocessed request (302, 403), in place of the default."""
    size: int = 200_000_000
    """Unpacked size of a gzip bomb; a thousandth of it is the depth of a deep response."""
    do: Callable[[], object] = field(default=lambda: None)
    """Action before a callback is processed, or before another request is refused, without a
    lock.
    """
    edit: Callable[[Any], Any] = field(default=lambda body: body)
    """Content of an edited response: a quantity of -1, an earlier page, no `updated_date`. Bytes
    are sent unchanged, for values that Python's JSON cannot write.
    """


class Wire(NamedTuple):
    """A response as raw data for the connection."""

    status: int
    headers: dict[str, str]
    body: bytes | Iterator[bytes]
    """Parts are sent one by one, `pause_s` apart, without a length, until the connection closes."""
    pause_s: float = 0
    close: bool = False
    """True if the connection is closed, with any length header."""


class FaultList:
    """Faults that have not occurred yet; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, *faults: Fault) -> None:
        """Add faults; each counts down by itself, so add each once."""
        with self._lock:
            self._faults += faults

    def clear(self) -> None:
        """Remove all faults."""
        with self._lock:
            self._faults.clear()

    def remaining(self) -> list[Fault]:
        """Return the faults that have not occurred as often as they should."""
        with self._lock:
            return [fault for fault in self._faults if fault.times > 0]

    def take(self, method: str, path: str) -> Fault | None:
        """Return the fault for this request, or None."""
        with self._lock:
            for fault in self._faults:
                if fault.times > 0 and _fits(fault, method, path):
                    if fault.after == 0:
                        fault.times -= 1
                        return fault
                    fault.after -= 1
        return None


def _fits(fault: Fault, method: str, path: str) -> bool:
    return fault.method in ("", method) and re.search(fault.path, path) is not None


def damaged(fault: Fault, answer: Wire) -> Wire:
    """Return the response with the damage of the fault; other kinds do not change it."""
    damage = _DAMAGE.get(fault.kind)
    return damage(fault, answer) if damage else answer


def _whole(answer: Wire) -> bytes:
    assert isinstance(answer.body, bytes)
    return answer.body


def _cut(fault: Fault, answer: Wire) -> Wire:
    body = _whole(answer)
    length = {} if fault.kind == "cut-unframed" else {"Content-Length": str(len(body))}
    half = iter([body[: len(body) // 2]])
    return Wire(answer.status, {**answer.headers, **length}, half)


def _drip(fault: Fault, answer: Wire) -> Wire:
    body = _whole(answer)
    length = {"Content-Length": str(len(body))}
    drops = (body[place : place + 1] for place in range(len(body)))
    return Wire(answer.status, {**answer.headers, **length}, drops, pause_s=fault.seconds)


def _endless(_fault: Fault, answer: Wire) -> Wire:
    return Wire(answer.status, answer.headers, iter(lambda: _BLOCK, b""))


def _latin_1(_fault: Fault, answer: Wire) -> Wire:
    text = json.dumps({"caf\xe9": json.loads(_whole(answer))}, ensure_ascii=False)
    return answer._replace(body=text.encode("latin-1", "replace"))


def _gzip_bomb(fault: Fault, answer: Wire) -> Wire:
    headers = {**answer.headers, "Content-Encoding": "gzip"}
    return answer._replace(headers=headers, body=_bomb(fault.size))


def _edited(fault: Fault, answer: Wire) -> Wire:
    body = fault.edit(json.loads(_whole(answer)))
    return answer._replace(body=body if isinstance(body, bytes) else json.dumps(body).encode())


@cache
def _bomb(size: int) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    blocks = [packer.compress(_BLOCK) for _ in range(size // len(_BLOCK))]
    return b"".join((*blocks, packer.flush()))


def _deep(fault: Fault, answer: Wire) -> Wire:
    depth = fault.size // 1000
    return answer._replace(body=b"[" * depth + b"]" * depth)


_DAMAGE: dict[str, Callable[[Fault, Wire], Wire]] = {
    "cut": _cut,
    "cut-unframed": _cut,
    "drip": _drip,
    "endless": _endless,
    "latin-1": _latin_1,
    "gzip-bomb": _gzip_bomb,
    "deep": _deep,
    "edited": _edited,
    "empty": lambda _, answer: answer._replace(status=200, body=b""),
    "no-content": lambda _, answer: answer._replace(status=204, body=b""),
    "html": lambda _, answer: Wire(200, {**answer.headers, "Content-Type": "text/html"}, _PAGE),
    "bom": lambda _, answer: answer._replace(body=b"\xef\xbb\xbf" + _whole(answer)),
    "notice": lambda _, answer: answer._replace(body=_NOTICE + _whole(answer)),
    "garbage": lambda _, answer: answer._replace(body=b'{"order": [{"id": 1, }'),
}
