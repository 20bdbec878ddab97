"""Client of the fake WooCommerce, which signs its requests over plain http."""

import base64
import hashlib
import hmac
from itertools import count
from typing import Any
from urllib.parse import quote

import requests

from tests.fakes.woocommerce import FakeWooCommerce

_HASHES = {"HMAC-SHA1": hashlib.sha1, "HMAC-SHA256": hashlib.sha256}


class WooApi:
    """Sends requests to the shop as a client does."""

    def __init__(self, shop: FakeWooCommerce, session: requests.Session) -> None:
        self.shop, self.session = shop, session
        self._nonces = count(1)

    def ask(
        self, method: str, path: str, json: Any = None, *, base: str = "/wc/v3", **query: Any
    ) -> requests.Response:
        url = f"{self.shop.url}/wp-json{base}{path}"
        params = self.signed(method, url, {name: str(value) for name, value in query.items()})
        return self.session.request(method, url, params=params, json=json, timeout=5)

    def signed(
        self, method: str, url: str, params: dict[str, str], *, by: str = "HMAC-SHA256"
    ) -> dict[str, str]:
        """Return the parameters with the five OAuth parameters."""
        oauth = {
            **params,
            "oauth_consumer_key": self.shop.key,
            "oauth_nonce": f"n{next(self._nonces)}",
            "oauth_signature_method": by,
            "oauth_timestamp": str(int(self.shop.shop.now().timestamp())),
        }
        escaped = sorted((quote(name, safe=""), quote(it, safe="")) for name, it in oauth.items())
        line = "&".join(f"{name}={value}" for name, value in escaped)
        text = f"{method}&{quote(url, safe='')}&{quote(line, safe='')}"
        made = hmac.new(f"{self.shop.secret}&".encode(), text.encode(), _HASHES[by])
        return {**oauth, "oauth_signature": base64.b64encode(made.digest()).decode()}

    def get(self, path: str, **query: Any) -> Any:
        answer = self.ask("GET", path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def ids(self, path: str = "/orders", **query: Any) -> list[int]:
        return [item["id"] for item in self.get(path, **query)]

    def write(self, method: str, path: str, json: Any = None, **more: Any) -> Any:
        answer = self.ask(method, path, json, **more)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    def refused(self, method: str, path: str, json: Any = None, **more: Any) -> tuple[int, Any]:
        """Return the status and the code; assert the shape of the error."""
        answer = self.ask(method, path, json, **more)
        assert answer.status_code >= 400, answer.text
        assert answer.json()["data"]["status"] == answer.status_code
        return answer.status_code, answer.json()["code"]
