"""Checks the traffic of the fake by the subset of WooCommerce's documents.

Only responses are checked, since the document describes few parameters of requests.
"""

import re
from http import HTTPStatus
from pathlib import Path
from typing import Any, ClassVar

from tests.fakes.contract import Contract
from tests.fakes.service import Exchange

SUBSET = (
    Path(__file__).parents[4] / "shared/contracts/woocommerce/woocommerce-openapi-sync-subset.json"
)
_TERMS = re.compile(r"/products/(tags|categories|brands)")


class WooContract(Contract):
    """Collects violations of the document in the exchanges."""

    document: ClassVar[Path] = SUBSET
    host_url: ClassVar[str] = "https://example.com"
    judges_requests: ClassVar[bool] = False

    def watch(self, exchange: Exchange) -> None:
        """Check the responses that the document describes, but no batch that is too large."""
        request, kind = exchange.request, exchange.headers["Content-Type"]
        trimmed, terms = "_fields=" in request.query, _TERMS.search(request.path)
        too_large = exchange.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        if kind.startswith("application/json") and not (trimmed or terms or too_large):
            super().watch(exchange)

    def corrected(self, body: Any) -> Any:
        """Return the response without the known differences of real shops.

        A parcel that is read has "1" for true, and the errors of that feature have the code 0.
        WordPress lists missing parameters in place of messages by parameter.
        """
        if isinstance(body, list):
            return [self.corrected(item) for item in body]
        if not isinstance(body, dict):
            return body
        corrected = dict(body)
        if corrected.get("entity_type") == "WC_Order":
            corrected["is_fulfilled"] = bool(int(corrected["is_fulfilled"]))
        if corrected.get("code") == 0:
            corrected["code"] = "0"
        if corrected.get("code") == "rest_missing_callback_param":
            corrected["data"] = {**corrected["data"], "params": {}}
        return corrected
