"""Access tokens: a token that never expires, or a token that is fetched for a day and renewed."""

from collections.abc import Callable, Mapping
from threading import Lock
from typing import TYPE_CHECKING

from msgspec import Struct

from ordosync.clock import Clock
from ordosync.secret import Secret

if TYPE_CHECKING:
    from ordosync.http import HttpClient

HEADER = "X-Shopify-Access-Token"
# A token is renewed this long before it expires, or after this share of a short lifetime.
_MARGIN_S = 300
_SHARE = 0.9


class _Granted(Struct, frozen=True):
    access_token: str
    expires_in: float = 3600


class StaticToken:
    """The token of an app that was created in the shop's admin. It never expires."""

    def __init__(self, token: Secret) -> None:
        self._token = token

    def __call__(self) -> Mapping[str, Secret]:
        """Return the headers that sign a request."""
        return {HEADER: self._token}

    def renew(self, refused: Mapping[str, Secret]) -> bool:  # noqa: ARG002
        """Return False: no other token exists."""
        return False


class GrantedToken:
    """A token that the shop grants for a day, to an app with an id and a secret."""

    def __init__(
        self, client_id: str, secret: Secret, connect: Callable[[], "HttpClient"], clock: Clock
    ) -> None:
        self._client_id = client_id
        self._secret = secret
        self._connect = connect
        self._clock = clock
        self._lock = Lock()
        self._headers: Mapping[str, Secret] = {}
        self._until = 0.0

    def __call__(self) -> Mapping[str, Secret]:
        """Return the headers that sign a request. Raises `AccountError` without a token."""
        with self._lock:
            if not self._headers or self._clock.monotonic() >= self._until:
                self._fetch()
            return self._headers

    def renew(self, refused: Mapping[str, Secret]) -> bool:
        """Forget a refused token, unless another thread has renewed it; return True."""
        with self._lock:
            if self._headers == refused:
                self._headers = {}
            return True

    def _fetch(self) -> None:
        http = self._connect()
        try:
            granted = http.query(
                "/oauth/access_token",
                _Granted,
                action="fetch a token",
                form={
                    "grant_type": "client_credentials",
                    "client_id": self._client_id,
                    "client_secret": self._secret.reveal(),
                },
            )
        finally:
            http.close()
        self._headers = {HEADER: Secret(granted.access_token)}
        lasts_s = max(granted.expires_in - _MARGIN_S, granted.expires_in * _SHARE)
        self._until = self._clock.monotonic() + lasts_s
