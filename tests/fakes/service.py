"""What is behind the server of a fake: it answers one request at a time and counts all of them."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.fakes.books import Books
from tests.fakes.faults import PAGES, UNPROCESSED, Fault, Wire


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request as it came: path and query are not decoded, names of headers are in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    secure: bool = False
    """Whether it came over https."""


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """A request and what was made of it, before any fault damaged the answer."""

    request: Request
    status: int
    headers: Mapping[str, str]
    body: bytes


class Service(ABC):
    """Answers requests. What a fault does in its stead is counted, but is no exchange."""

    def __init__(self, books: Books) -> None:
        self.books = books
        self.requests: Counter[str] = Counter()
        """By method and template: `GET /v3/order/{n}`."""
        self.on_exchange: Callable[[Exchange], None] | None = None
        """Called with each request and its answer."""

    @abstractmethod
    def respond(self, request: Request) -> Wire:
        """Do what is asked, or say why not. The lock is held; the body must be whole bytes."""

    @abstractmethod
    def trouble(self, status: int, message: str) -> Wire:
        """Return an error in the form that this service has for its own errors."""

    @abstractmethod
    def template(self, request: Request) -> str:
        """Return the path with its ids left out, to count by."""

    def answer(self, request: Request) -> Wire:
        """Count, respond, and tell who watches."""
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
        """Answer without doing anything, as the fault has it."""
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
        """Answer that something is broken, whatever was done."""
        with self.books.lock:
            return self.trouble(status, "internal error")

    def count(self, request: Request) -> None:
        """Count a request."""
        with self.books.lock:
            self.requests[f"{request.method} {self.template(request)}"] += 1
