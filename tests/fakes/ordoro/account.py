"""The account behind the server: who may ask, how often, what it answers, and what it counted."""

import base64
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import format_datetime
from typing import Any

from tests.fakes.ordoro import calls_catalogue, calls_orders
from tests.fakes.ordoro.checks import Refused
from tests.fakes.ordoro.faults import UNPROCESSED, Fault, Wire
from tests.fakes.ordoro.limit import Limit, retry_after
from tests.fakes.ordoro.routes import Answer, Call, find, read_body, read_query
from tests.fakes.ordoro.state import Shop

ROUTES = (*calls_orders.ROUTES, *calls_catalogue.ROUTES)


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request as it came: path and query are not decoded, names of headers are in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """A request and what was made of it, before any fault damaged the answer."""

    request: Request
    status: int
    headers: Mapping[str, str]
    body: bytes


class Account:
    """Answers requests, one at a time."""

    def __init__(self, shop: Shop, key: str, secret: str) -> None:
        self.shop, self.key, self.secret = shop, key, secret
        self.requests: Counter[str] = Counter()
        self.on_exchange: Callable[[Exchange], None] | None = None
        self._limit = Limit(shop.switches)
        self._served = 0

    def answer(self, request: Request) -> Wire:
        """Do what is asked, or say why not."""
        with self.shop.lock:
            wire = self._answer(request)
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
        with self.shop.lock:
            self._count(request)
            wire = self._wire(*_error(f"{fault.kind}, as asked for", None))
        headers = dict(wire.headers)
        if fault.retry_after is not None:
            headers["Retry-After"] = fault.retry_after
        if fault.to:
            headers["Location"] = fault.to
        return wire._replace(status=fault.status or UNPROCESSED[fault.kind], headers=headers)

    def count(self, request: Request) -> None:
        """Count a request that gets no further."""
        with self.shop.lock:
            self._count(request)

    def broken(self, status: int) -> Wire:
        """Answer that something is broken, whatever was done."""
        with self.shop.lock:
            return self._wire(status, {"error_message": "internal error", "param": None})

    def _answer(self, request: Request) -> Wire:
        self._count(request)
        if not self._admitted(request):
            return self._wire(*_error("bad credentials", None, 401))
        now = self.shop.now()
        if wait_s := self._limit.wait_s(now):
            headers = retry_after(self.shop.switches.retry_after, wait_s, now)
            return self._wire(*_error("too many requests", None, 429), headers)
        try:
            status, body = self._act(request)
        except Refused as refusal:
            status, body = _error(refusal.message, refusal.param, refusal.status)
        return self._wire(status, body)

    def _act(self, request: Request) -> Answer:
        route, words = find(ROUTES, request.method, request.path)
        call = Call(
            shop=self.shop,
            query=read_query(route, request.query),
            body=read_body(route, request.headers.get("content-type", ""), request.body),
            user=self.key,
        )
        return route.act(call, *words)

    def _admitted(self, request: Request) -> bool:
        pair = base64.b64encode(f"{self.key}:{self.secret}".encode()).decode()
        return request.headers.get("authorization") == f"Basic {pair}"

    def _count(self, request: Request) -> None:
        try:
            template = find(ROUTES, request.method, request.path)[0].template
        except Refused:
            template = request.path
        self.requests[f"{request.method} {template}"] += 1

    def _wire(self, status: int, body: Any, more: Mapping[str, str] | None = None) -> Wire:
        self._served += 1
        headers = {
            "Content-Type": "application/json",
            "Date": format_datetime(self.shop.now(), usegmt=True),
            "X-Ordoro-Request-Id": f"fake-{self._served:06}",
            **(more or {}),
        }
        return Wire(status, headers, json.dumps(body, allow_nan=False).encode())


def _error(message: str, param: str | None, status: int = 400) -> Answer:
    return Answer(status, {"error_message": message, "param": param})
