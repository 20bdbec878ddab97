"""The site behind the server: its host, its pages, its API."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl

from tests.fakes.faults import Wire
from tests.fakes.limit import Limit, retry_after
from tests.fakes.service import Request, Service
from tests.fakes.woocommerce import (
    calls_orders,
    calls_parcels,
    calls_products,
    calls_shop,
    lists,
    sign_in,
)
from tests.fakes.woocommerce.problems import Refused
from tests.fakes.woocommerce.routes import (
    Answer,
    Call,
    find,
    read_body,
    read_params,
    read_query,
)
from tests.fakes.woocommerce.state import Shop

ROUTES = (
    *calls_orders.ROUTES,
    *calls_products.ROUTES,
    *calls_parcels.ROUTES,
    *calls_shop.ROUTES,
)
_NOT_FOUND = b"<!doctype html><title>Page not found</title><p>Nothing was found here."


class Site(Service):
    """One shop on a host."""

    def __init__(self, shop: Shop, host: Callable[[], str]) -> None:
        """Create it; `host` is the address that the shop itself knows."""
        super().__init__(shop)
        self.shop = shop
        self._host = host
        self._sign_in = sign_in.SignIn(shop)
        self._limit = Limit(shop.switches)
        self._cache: dict[str, tuple[Any, Wire]] = {}

    def respond(self, request: Request) -> Wire:
        """Apply the limits of the host, or pass the request to the shop."""
        now, switches = self.shop.now(), self.shop.switches
        if wait_s := self._limit.wait_s(now):
            headers = retry_after(switches.retry_after, wait_s, now)
            page = b"<!doctype html><title>429 Too Many Requests</title>"
            return self._wire(429, page, {"Content-Type": "text/html", **headers})
        target = f"{request.path}?{request.query}"
        if request.method == "GET" and target in self._cache:
            until, kept = self._cache[target]
            if now < until:
                return kept._replace(headers={**kept.headers, "X-Cache": "HIT"})
        wire = self._answer(request)
        if request.method == "GET" and wire.status == 200 and switches.cache_s:
            self._cache[target] = now + timedelta(seconds=switches.cache_s), wire
        return wire

    def trouble(self, status: int, message: str) -> Wire:
        """Return an error in the shape of most errors."""
        body = {"code": "internal_server_error", "message": message, "data": {"status": status}}
        return self._json(status, body)

    def template(self, request: Request) -> str:
        """Return the template of the operation, or the path if there is none."""
        path = self._path(request)
        try:
            return find(ROUTES, self.shop.switches, request.method, path or "")[0].template
        except Refused:
            return request.path

    def _path(self, request: Request) -> str | None:
        """Return the path within the API, or None for a page."""
        switches = self.shop.switches
        before = f"{switches.path}/wp-json"
        if not switches.pretty_permalinks or not f"{request.path}/".startswith(f"{before}/"):
            return None
        return request.path.removeprefix(before) or "/"

    def _answer(self, request: Request) -> Wire:
        path = self._path(request)
        if path is None:
            return self._wire(404, _NOT_FOUND, {"Content-Type": "text/html; charset=UTF-8"})
        try:
            status, body, headers = self._act(request, path)
        except Refused as refusal:
            status, body, headers = refusal.status, refusal.body, {}
        return self._json(status, body, headers)

    def _act(self, request: Request, path: str) -> Answer:
        home = self._host() + self.shop.switches.path
        templates = [it.template for it in ROUTES if it.needs(self.shop.switches)]
        if self.shop.switches.closed_to_visitors and not path.startswith(("/wc/", "/wc-")):
            why = "Only authenticated users can access the REST API."
            raise Refused("rest_login_required", why, 401)
        if path == "/":
            return Answer(200, calls_shop.index(self.shop, home, templates))
        if (namespace := path.strip("/")) in calls_shop.namespaces(self.shop):
            under = [it for it in templates if it.startswith(f"/{namespace}/")]
            return Answer(200, {"namespace": namespace, "routes": calls_shop.routes(under)})
        url = f"{home}/wp-json{path}"
        key = self._sign_in.who(request, url)
        route, words = find(ROUTES, self.shop.switches, request.method, path)
        query = read_query(request.query)
        body = read_body(request.headers.get("content-type", ""), request.body)
        params = read_params(route, self.shop, {**query, **body})
        sign_in.allow(key, route)
        pairs = parse_qsl(request.query, keep_blank_values=True)
        call = Call(shop=self.shop, method=request.method, params=params, query=pairs, url=url)
        answer = route.act(call, *words)
        if names := query.get("_fields"):
            return answer._replace(body=lists.trimmed(answer.body, names))
        return answer

    def _json(self, status: int, body: Any, more: Mapping[str, str] | None = None) -> Wire:
        headers = {"Content-Type": "application/json; charset=UTF-8", **(more or {})}
        return self._wire(status, json.dumps(body, allow_nan=False).encode(), headers)

    def _wire(self, status: int, body: bytes, headers: Mapping[str, str]) -> Wire:
        date = format_datetime(self.shop.now(), usegmt=True)
        return Wire(status, {"Date": date, "X-Robots-Tag": "noindex", **headers}, body)
