"""Sign-in: keys over https, signatures over http.

Over plain http a key and its secret are ignored, in the header as in the query: the response is the
one for a request without a key, which looks like a wrong key.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections import Counter
from datetime import datetime
from urllib.parse import parse_qsl, quote, unquote

from tests.fakes.service import Request
from tests.fakes.woocommerce.problems import Refused
from tests.fakes.woocommerce.routes import Route
from tests.fakes.woocommerce.state import Key, Shop

_WINDOW_S = 15 * 60
_OAUTH = ("consumer_key", "timestamp", "nonce", "signature", "signature_method")
_HASHES = {"HMAC-SHA1": hashlib.sha1, "HMAC-SHA256": hashlib.sha256}


class SignIn:
    """Knows the keys of a shop and the signatures that were used."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._used: set[tuple[str, str, str]] = set()

    def who(self, request: Request, url: str) -> Key | None:
        """Return the key of a request, or None; refuse a wrong one."""
        if is_secure(request, self._shop):
            key = self._by_secret(request)
        else:
            key = self._by_signature(request, url)
        if key is not None:
            permission = "read" if request.method == "GET" else "write"
            if permission not in key.permissions:
                raise _wrong(f"The API key provided does not have {permission} permissions.")
        return key

    def _by_secret(self, request: Request) -> Key | None:
        query = dict(parse_qsl(request.query, keep_blank_values=True))
        name, secret = query.get("consumer_key", ""), query.get("consumer_secret", "")
        if not (name and secret):
            name, secret = _basic(self._header(request))
        key = self._shop.keys.get(name)
        if key is None:
            return None
        if not hmac.compare_digest(key.secret.encode(), secret.encode()):
            raise _wrong("Consumer secret is invalid.")
        return key

    def _header(self, request: Request) -> str:
        if self._shop.switches.drops_authorization:
            return ""
        return request.headers.get("authorization", "")

    def _by_signature(self, request: Request, url: str) -> Key | None:
        params = _signed(request.query)
        params |= _oauth(self._header(request))
        missing = [f"oauth_{name}" for name in _OAUTH if not params.get(f"oauth_{name}")]
        if len(missing) == len(_OAUTH):
            return None
        if missing:
            raise _wrong(f"Missing OAuth parameter {', '.join(missing)}")
        key = self._shop.keys.get(params["oauth_consumer_key"])
        if key is None:
            raise _wrong("Consumer key is invalid.")
        self._check(key, request.method, url, params)
        return key

    def _check(self, key: Key, method: str, url: str, params: dict[str, str]) -> None:
        made_by = _HASHES.get(params["oauth_signature_method"])
        if made_by is None:
            raise _wrong("Invalid signature - signature method is invalid.")
        base = signature_base(method, url, params)
        made = hmac.new(f"{key.secret}&".encode(), base.encode(), made_by).digest()
        if not hmac.compare_digest(
            base64.b64encode(made), params["oauth_signature"].replace(" ", "+").encode()
        ):
            raise _wrong("Invalid signature - provided signature does not match.")
        self._check_time(key, params["oauth_timestamp"], params["oauth_nonce"])

    def _check_time(self, key: Key, stamp: str, nonce: str) -> None:
        now = self._shop.now()
        if not stamp.isdigit() or abs(_apart_s(now, int(stamp))) > _WINDOW_S:
            raise _wrong("Invalid timestamp.")
        if (key.key, stamp, nonce) in self._used:
            raise _wrong("Invalid nonce - nonce has already been used.")
        self._used.add((key.key, stamp, nonce))


def is_secure(request: Request, shop: Shop) -> bool:
    """True if the shop treats a request as https."""
    forwarded = request.headers.get("x-forwarded-proto") == "https"
    return request.secure or (forwarded and shop.switches.trusts_forwarded_proto)


def allow(key: Key | None, route: Route) -> None:
    """Refuse a key without permission: 401 without a key, 403 with one."""
    if key is not None and key.capable:
        return
    words = {"view": "Sorry, you cannot list resources."}.get(
        route.verb, f"Sorry, you are not allowed to {route.verb} resources."
    )
    code = f"woocommerce_rest_cannot_{route.verb}"
    raise Refused(code, words, 401 if key is None else 403)


def signature_base(method: str, url: str, params: dict[str, str]) -> str:
    """Return the signed text: the method, the URL and all parameters except the signature."""
    pairs = sorted(
        (quote(name, safe="~"), quote(value, safe="~"))
        for name, value in params.items()
        if name != "oauth_signature"
    )
    joined = "&".join(f"{name}={value}" for name, value in pairs)
    return "&".join((method, quote(url, safe="~"), quote(joined, safe="~")))


def _basic(header: str) -> tuple[str, str]:
    if not header.startswith("Basic "):
        return "", ""
    try:
        name, _, secret = base64.b64decode(header[6:]).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return name, secret


def _signed(query: str) -> dict[str, str]:
    """Return the signed parameters of a query: list items are numbered, `include[0]`."""
    params: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name.endswith("[]"):
            params[f"{name[:-2]}[{counts[name]}]"] = value
            counts[name] += 1
        else:
            params[name] = value
    return params


def _oauth(header: str) -> dict[str, str]:
    if not header.startswith("OAuth "):
        return {}
    return {name: unquote(value) for name, value in re.findall(r'(oauth_\w+)="([^"]*)"', header)}


def _apart_s(now: datetime, stamp: int) -> float:
    return now.timestamp() - stamp


def _wrong(words: str) -> Refused:
    return Refused("woocommerce_rest_authentication_error", words, 401)
