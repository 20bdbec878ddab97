"""One-legged OAuth 1.0a: signs requests, so that the secret itself is never sent.

Needed for a service over plain http. A signature is valid once, so each attempt has a new one.
The signature covers method, URL and query, not the body (RFC 5849, 3.4). All parameters are in
the query, since some servers drop the Authorization header.
"""

import base64
import hmac
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from urllib.parse import parse_qsl, quote, urlencode

from requests import PreparedRequest

from ordosync.secret import Secret


@dataclass(frozen=True, kw_only=True)
class OAuth1Signer:
    """Signs requests with a consumer key and its secret."""

    key: str
    secret: Secret

    def signed(self, request: PreparedRequest, at: datetime) -> PreparedRequest:
        """Return a copy of the request, signed at this time."""
        address, _, query = (request.url or "").partition("?")
        params = [
            *parse_qsl(query, keep_blank_values=True),
            ("oauth_consumer_key", self.key),
            ("oauth_nonce", token_hex(16)),
            ("oauth_signature_method", "HMAC-SHA256"),
            ("oauth_timestamp", str(int(at.timestamp()))),
        ]
        signature = ("oauth_signature", self._signature(request.method or "", address, params))
        copy = request.copy()
        copy.url = f"{address}?{urlencode([*params, signature], quote_via=quote, safe='')}"
        return copy

    def _signature(self, method: str, address: str, params: list[tuple[str, str]]) -> str:
        named = sorted((_encoded(name), _encoded(value)) for name, value in params)
        query = "&".join(f"{name}={value}" for name, value in named)
        text = "&".join(map(_encoded, (method, address, query)))
        # A token secret would follow the `&`; one-legged OAuth has none.
        key = f"{_encoded(self.secret.reveal())}&"
        return base64.b64encode(hmac.digest(key.encode(), text.encode(), "sha256")).decode()


def _encoded(text: str) -> str:
    return quote(text, safe="")
