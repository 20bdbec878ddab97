"""OAuth 1.0a with one leg: a request carries a proof that its sender knows the secret.

For a service over plain http, where the secret itself must not be seen. A proof is good once, so
each attempt of a request gets its own. Signed are method, address and query as they are sent, not
the body (RFC 5849, 3.4). All of it stands in the query: servers like to drop a header that they
do not know.
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
    """A key and the secret that proves it."""

    key: str
    secret: Secret

    def signed(self, request: PreparedRequest, at: datetime) -> PreparedRequest:
        """Return the request with a proof of this moment."""
        address, _, query = (request.url or "").partition("?")
        params = [
            *parse_qsl(query, keep_blank_values=True),
            ("oauth_consumer_key", self.key),
            ("oauth_nonce", token_hex(16)),
            ("oauth_signature_method", "HMAC-SHA256"),
            ("oauth_timestamp", str(int(at.timestamp()))),
        ]
        proof = ("oauth_signature", self._proof(request.method or "", address, params))
        twin = request.copy()
        twin.url = f"{address}?{urlencode([*params, proof], quote_via=quote, safe='')}"
        return twin

    def _proof(self, method: str, address: str, params: list[tuple[str, str]]) -> str:
        named = sorted((_encoded(name), _encoded(value)) for name, value in params)
        query = "&".join(f"{name}={value}" for name, value in named)
        text = "&".join(map(_encoded, (method, address, query)))
        key = f"{_encoded(self.secret.reveal())}&"  # behind the & a token's secret would stand
        return base64.b64encode(hmac.digest(key.encode(), text.encode(), "sha256")).decode()


def _encoded(text: str) -> str:
    return quote(text, safe="")
