"""Service behind the server of a fake: processes one request at a time and counts them."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.fakes.books import Books
from tests.fakes.faults import PAGES, UNPROCESSED, Fault, Wire


@dataclass(frozen=True, kw_only=True)
class Request:
    """A raw request: path and query are still encoded, names of headers are in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    secure: bool = False
    """True if it came over https."""


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """A request and its response, before any fault damaged it."""

    request: Request
    status: int
    headers: Mapping[str, str]
    body: bytes


class Service(ABC):
    """Processes requests. The response of a fault is counted, but is not an exchange."""

    def __init__(self, books: Books) -> None:
        self.books = books
        self.requests: Counter[str] = Counter()
        """Counts by method and template: `GET /v3/order/{n}`."""
        self.on_exchange: Callable[[Exchange], None] | None = None
        """Called with each request and its response."""

    @abstractmethod
    def respond(self, request: Request) -> Wire:
        """Process a request; return the response. The caller holds the lock; the body is bytes."""

    @abstractmethod
    def trouble(self, status: int, message: str) -> Wire:
        """Return an error in the shape of this service's own errors."""

    @abstractmethod
    def template(self, request: Request) -> str:
        """Return the path without its ids, as the key of the counter."""

    def place(self, request: Request) -> str:
        """Return the text in which the pattern of a fault is searched."""
        return request.path

    def answer(self, request: Request) -> Wire:
        """Count the request, process it, and notify the observer."""
        with self.books.lock:
            self.count(request)
            wire = self.respond(request)
            if self.on_exchange:
                assert isinstance(wire.body, bytes)
                self.on_exchange(
                    Exchange(
                        request=request, status=wire.status, headers=wire.headers, body=wire.body
                    )
                )
            return wire

    def refuse(self, request: Request, fault: Fault) -> Wire:
        """Return the error of the fault without processing the request."""
        with self.books.lock:
            self.count(request)
            status = fault.status or UNPROCESSED[fault.kind]
            wire = self.trouble(status, f"{fault.kind}, as asked for")
        headers = dict(wire.headers)
        if fault.retry_after is not None:
            headers["Retry-After"] = fault.retry_after
        if fault.to:
            headers["Location"] = fault.to
        if fault.kind in PAGES:
            headers["Content-Type"] = "text/html; charset=UTF-8"
            wire = wire._replace(body=PAGES[fault.kind])
        return wire._replace(headers=headers)

    def broken(self, status: int) -> Wire:
        """Return an internal error, although the request was processed."""
        with self.books.lock:
            return self.trouble(status, "internal error")

    def count(self, request: Request) -> None:
        """Count a request."""
        with self.books.lock:
            self.requests[f"{request.method} {self.template(request)}"] += 1
