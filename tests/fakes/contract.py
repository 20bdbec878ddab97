"""Checks the traffic of a fake by an OpenAPI document, here that of Ordoro.

    contract = Contract()
    fake.on_exchange = contract.watch
    ...
    assert contract.violations == []

The document is not part of this repository: mark tests with `needs_contract`. Not judged is a
request that was refused, since it may have been wrong on purpose, unless `every_request` is set,
as it should be for the traffic of the adapter.
"""

import json
import re
from collections.abc import Iterable, Sequence
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs

import pytest
from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.templating.paths.exceptions import PathError
from werkzeug.datastructures import Headers, ImmutableMultiDict

from tests.fakes.service import Exchange, Request

DOCUMENT = (
    Path(__file__).parents[3] / "shared/contracts/ordoro/repaired/ordoro-openapi-sync-subset.json"
)

needs_contract = pytest.mark.skipif(
    not DOCUMENT.exists(), reason=f"the contract is not there: {DOCUMENT}"
)

_DIGITS = re.compile(r"\d+")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.%A-Z+-]+")
_ORDER = "/v3/order/{order_number}"
_SAME = {f"{_ORDER}/billing_address": f"{_ORDER}/shipping_address"}
"""Paths that the subset of the whole document omits, with a path that has the same schemas."""
_CHANNEL = "/product/{sku}/cart/{cart_id}/"
"""The subset has only the write of this path; the whole document also has its read."""
_TERMS = ("supplier_sku", "supplier_price", "is_default", "min_order_qty")
"""Terms of a product's supplier: they can be written, but the document has no field to read
them.
"""


class Contract:
    """Collects violations of the document in the exchanges."""

    document: ClassVar[Path] = DOCUMENT
    host_url: ClassVar[str] = "https://api.ordoro.com"
    judges_requests: ClassVar[bool] = True
    _wrong: ClassVar[dict[object, Sequence[str]]] = {}
    """The mistakes in each request and response of this service, by all in which they differ but
    numbers in the path and times in the query.
    """

    def __init__(self, *, every_request: bool = False) -> None:
        self.violations: list[str] = []
        self.judged = 0
        self._every_request = every_request
        self._document = _read(self.document)

    def corrected(self, body: Any) -> Any:
        """Return the response without the known mistakes of the document."""
        return _without_terms(body)

    def watch(self, exchange: Exchange) -> None:
        """Check a request and its response."""
        self.judged += 1
        request = _OpenApiRequest(exchange.request, self.host_url)
        refused = exchange.status >= HTTPStatus.BAD_REQUEST
        if self.judges_requests and (self._every_request or not refused):
            self._note(exchange, "request", self._wrong_in(request, exchange.request))
        self._note(exchange, "answer", self._wrong_in_answer(request, exchange))

    def _wrong_in(self, request: "_OpenApiRequest", raw: Request) -> Sequence[str]:
        """Return what is wrong with a request; judged once, since that takes 30 ms."""
        headers = tuple(raw.headers.get(name) for name in ("content-type", "authorization"))
        key = (_DIGITS.sub("0", raw.path), _TIME.sub("T", raw.query), raw.method, headers, raw.body)
        if key not in self._wrong:
            errors = self._document.iter_apicall_request_errors(request)
            self._wrong[key] = [_reason(error) for error in errors]
        return self._wrong[key]

    def _wrong_in_answer(self, request: "_OpenApiRequest", exchange: Exchange) -> Sequence[str]:
        """Return what is wrong with a response; the same response is judged once."""
        kind = (_DIGITS.sub("0", request.path), request.method, exchange.status)
        key = (*kind, exchange.headers["Content-Type"], exchange.body)
        if key not in self._wrong:
            answer = _OpenApiResponse(exchange, self.corrected(json.loads(exchange.body)))
            errors = self._document.iter_apicall_response_errors(request, answer)
            # An unknown path gets 404 or 405, which the document cannot describe.
            wrong = [_reason(error) for error in errors if not isinstance(error, PathError)]
            self._wrong[key] = wrong
        return self._wrong[key]

    def _note(self, exchange: Exchange, part: str, reasons: Iterable[str]) -> None:
        call = f"{exchange.request.method} {exchange.request.path}"
        self.violations += [f"{part} of {call} ({exchange.status}): {reason}" for reason in reasons]


@cache
def _read(document: Path) -> OpenAPI:
    # One test checks that the document itself is valid, which takes longer than most tests.
    unchecked = Config(spec_validator_cls=None)  # type: ignore[arg-type]
    content = json.loads(document.read_text("utf-8"))
    paths = content["paths"]
    paths |= {path: paths[same] for path, same in _SAME.items() if same in paths}
    if _CHANNEL in paths:
        written = paths[_CHANNEL]["put"]
        read = {name: value for name, value in written.items() if name != "requestBody"}
        paths[_CHANNEL]["get"] = {**read, "operationId": "ProductCartBySkuAndCartId_GET"}
    return OpenAPI.from_dict(content, config=unchecked)


def _reason(error: Exception) -> str:
    causes = getattr(error.__cause__, "schema_errors", None) or [error.__cause__ or error]
    return "; ".join(str(cause).partition("\n")[0][:300] for cause in causes)


class _OpenApiRequest:
    """A request in the form that openapi-core takes."""

    def __init__(self, request: Request, host_url: str) -> None:
        self.host_url = host_url
        query = parse_qs(request.query, keep_blank_values=True)
        self.path = request.path
        self.method = request.method.lower()
        self.content_type = request.headers.get("content-type", "").lower()
        self.body = request.body or None
        self.parameters = RequestParameters(
            query=ImmutableMultiDict(query), header=Headers(dict(request.headers))
        )


class _OpenApiResponse:
    """A response in the form that openapi-core takes."""

    def __init__(self, exchange: Exchange, body: Any) -> None:
        self.status_code = exchange.status
        self.content_type = exchange.headers["Content-Type"].partition(";")[0]
        self.headers = Headers(dict(exchange.headers))
        self.data = json.dumps(body).encode()


def _without_terms(body: Any) -> Any:
    if isinstance(body, list):
        return [_without_terms(item) for item in body]
    if not isinstance(body, dict):
        return body
    corrected = {key: _without_terms(value) for key, value in body.items()}
    for supplier in corrected.get("suppliers", []):
        for name in _TERMS:
            supplier.pop(name, None)
    return corrected
