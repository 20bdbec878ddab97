"""The shop behind the server: access, versions and responses."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import format_datetime
from http import HTTPStatus
from typing import Any

from tests.fakes.faults import Wire
from tests.fakes.service import Request, Service
from tests.fakes.shopify import operation, schemas
from tests.fakes.shopify.bucket import Bucket
from tests.fakes.shopify.shop import Shop
from tests.fakes.shopify.state import Json
from tests.fakes.shopify.tokens import Tokens

TOKEN_PATH = "/admin/oauth/access_token"  # noqa: S105 - a path
_PATH = re.compile(r"/admin/api/(\d{4}-(?:01|04|07|10))/graphql\.json")
_NAMED = re.compile(r"\b(?:query|mutation)\s+(\w+)")
_DEPRECATED = "https://shopify.dev/api/usage/versioning#deprecation-practices"
_WORDS = {
    400: "Bad Request",
    401: "[API] Invalid API key or access token (unrecognized login or wrong password)",
    402: "Unavailable Shop",
    403: "[API] This action requires merchant approval.",
    404: "Not Found",
    423: "Unavailable Shop",
    429: "Exceeded the limit of calls for api client. Reduce request rates to resume service.",
    500: "Internal Server Error",
}


@dataclass(frozen=True, kw_only=True)
class Operation:
    """An operation that was received, with any result."""

    name: str
    version: str
    query: str
    variables: Json


class Account(Service):
    """One shop, as one app sees it."""

    def __init__(self, shop: Shop, tokens: Tokens, *, full_schema: bool) -> None:
        super().__init__(shop)
        self.shop, self.tokens = shop, tokens
        self.bucket = Bucket(shop.switches)
        self.operations: list[Operation] = []
        self._whole = full_schema
        self._served = 0

    def respond(self, request: Request) -> Wire:
        """Process a request; return the response or an error."""
        self.shop.catch_up()
        if request.method == "POST" and request.path == TOKEN_PATH:
            return self._wire(*self.tokens.grant(request.body))
        path = _PATH.fullmatch(request.path)
        version = self._version(path[1]) if path else None
        if version is None or request.method != "POST":
            return self.trouble(HTTPStatus.NOT_FOUND, "")
        served = {"X-Shopify-API-Version": version}
        if not self.tokens.good(request.headers.get("x-shopify-access-token", "")):
            return self._wire(401, {"errors": _WORDS[401]}, served)
        submitted = _submitted(request)
        if submitted is None:
            return self._wire(400, {"errors": _WORDS[400]}, served)
        return self._run(version, submitted, served)

    def trouble(self, status: int, message: str) -> Wire:
        """Return an HTTP error: a sentence in place of GraphQL's list."""
        return self._wire(status, {"errors": _WORDS.get(status, message)})

    def template(self, request: Request) -> str:
        """Return the name of the operation, or the path if there is none."""
        if not _PATH.fullmatch(request.path):
            return request.path
        submitted = _submitted(request)
        return _name(submitted) if submitted else request.path

    def place(self, request: Request) -> str:
        """Return the path with the name of the operation, so that a fault can select it."""
        name = self.template(request)
        return request.path if name == request.path else f"{request.path}#{name}"

    def count(self, request: Request) -> None:
        """Count an operation by its name, and store it."""
        with self.books.lock:
            self.requests[self.template(request)] += 1
            path, submitted = _PATH.fullmatch(request.path), _submitted(request)
            if path and submitted:
                self.operations.append(
                    Operation(
                        name=_name(submitted),
                        version=path[1],
                        query=submitted.query,
                        variables=submitted.variables,
                    )
                )

    def _run(self, version: str, submitted: operation.Submitted, served: Mapping[str, str]) -> Wire:
        ran = operation.run(self.shop, self.bucket, version, submitted, full=self._whole)
        status = self.shop.switches.throttled_status if ran.throttled else 200
        reason = {"X-Shopify-API-Deprecated-Reason": _DEPRECATED} if ran.deprecated else {}
        return self._wire(status, ran.body, {**served, **reason})

    def _version(self, requested: str) -> str | None:
        """Return the version that is served for a requested one."""
        if requested in schemas.VERSIONS:
            return requested
        forward = self.shop.switches.old_versions == "forward"
        return schemas.VERSIONS[0] if forward and requested < schemas.VERSIONS[0] else None

    def _wire(self, status: int, body: Any, more: Mapping[str, str] | None = None) -> Wire:
        self._served += 1
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Date": format_datetime(self.shop.now(), usegmt=True),
            "X-Request-Id": f"{self._served:08x}-fake",
            **(more or {}),
        }
        return Wire(status, headers, json.dumps(body, allow_nan=False).encode())


def _submitted(request: Request) -> operation.Submitted | None:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        return None
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        return None
    return operation.named(body) if isinstance(body, dict) else None


def _name(submitted: operation.Submitted) -> str:
    match = _NAMED.search(submitted.query)
    return submitted.name or (match[1] if match else "(unnamed)")
