"""The account behind the server: access, rate limit and responses."""

import base64
import json
from collections.abc import Mapping
from email.utils import format_datetime
from typing import Any

from tests.fakes.faults import Wire
from tests.fakes.limit import Limit, retry_after
from tests.fakes.ordoro import calls_catalogue, calls_orders
from tests.fakes.ordoro.checks import Refused
from tests.fakes.ordoro.routes import Answer, Call, find, read_body, read_query
from tests.fakes.ordoro.state import Shop
from tests.fakes.service import Request, Service

ROUTES = (*calls_orders.ROUTES, *calls_catalogue.ROUTES)


class Account(Service):
    """One Ordoro account."""

    def __init__(self, shop: Shop, key: str, secret: str) -> None:
        super().__init__(shop)
        self.shop, self.key, self.secret = shop, key, secret
        self._limit = Limit(shop.switches)
        self._served = 0

    def respond(self, request: Request) -> Wire:
        """Process a request; return the response or an error."""
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

    def trouble(self, status: int, message: str) -> Wire:
        """Return an error in the shape of all errors."""
        return self._wire(*_error(message, None, status))

    def template(self, request: Request) -> str:
        """Return the template of the operation, or the path if there is no operation."""
        try:
            return find(ROUTES, request.method, request.path)[0].template
        except Refused:
            return request.path

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
