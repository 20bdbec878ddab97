"""Access tokens: one that does not expire, and short-lived ones for client id and secret."""

import itertools
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qsl

from tests.fakes.shopify.shop import Shop
from tests.fakes.shopify.state import Json


@dataclass(kw_only=True)
class Tokens:
    """The tokens of one app in one shop."""

    shop: Shop
    fixed: str
    client_id: str
    client_secret: str
    refresh: str | None = None
    """First refresh token of an app; each is valid once."""

    def __post_init__(self) -> None:
        self._ends: dict[str, datetime] = {}
        self._ids = itertools.count(1)

    def good(self, token: str) -> bool:
        """True if a token is valid now."""
        if token == self.fixed:
            return True
        ends = self._ends.get(token)
        return ends is not None and self.shop.now() < ends

    def revoke(self) -> None:
        """Revoke all tokens that were granted."""
        self._ends.clear()

    def grant(self, form: bytes) -> tuple[int, Json]:
        """Respond to a request for a token."""
        fields = dict(parse_qsl(form.decode("utf-8", "replace")))
        if (fields.get("client_id"), fields.get("client_secret")) != (
            self.client_id,
            self.client_secret,
        ):
            return 401, _error("invalid_client", "The client id or secret is not right.")
        match fields.get("grant_type"):
            case "client_credentials":
                life_s = self.shop.switches.token_s
                return 200, self._new("shpca", life_s)
            case "refresh_token" if self.refresh and fields.get("refresh_token") == self.refresh:
                self.refresh = f"shprt_{next(self._ids):032x}"
                life_s = self.shop.switches.refreshed_token_s
                more = {"refresh_token": self.refresh, "refresh_token_expires_in": 7_776_000}
                return 200, self._new("shpat", life_s) | more
            case "refresh_token":
                return 400, _error("invalid_grant", "The refresh token is not right.")
        return 400, _error("unsupported_grant_type", "The grant type is not supported.")

    def _new(self, kind: str, life_s: int) -> Json:
        token = f"{kind}_{next(self._ids):032x}"
        self._ends[token] = self.shop.now() + timedelta(seconds=life_s)
        scope = ",".join(sorted(self.shop.scopes))
        return {"access_token": token, "scope": scope, "expires_in": life_s}


def _error(code: str, words: str) -> Json:
    return {"error": code, "error_description": words}
