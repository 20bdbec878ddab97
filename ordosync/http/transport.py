"""Sends one request and reads its response, within limits of time and size.

Only the adapter of `requests` is used, without a `Session`. So redirects, cookies, netrc files and
proxies of the environment are never used.
"""

import base64
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import requests
from urllib3.exceptions import HTTPError

from ordosync import __version__, progress
from ordosync.clock import Clock, StoppedError
from ordosync.http.connection_errors import explain, is_distrusted
from ordosync.http.deadlines import Adapter, Exchange, exchanging, verifying
from ordosync.http.oauth1 import OAuth1Signer
from ordosync.http.query_key import QueryKey
from ordosync.http.urls import checked_proxy, origin_of
from ordosync.secret import Secret

Headers = Mapping[str, Secret]
Auth = tuple[str, Secret] | Headers | OAuth1Signer | QueryKey | Callable[[], Headers]
"""Key and secret for Basic or, as `QueryKey`, for the query; headers by name; a signer of each
request; or a function that returns the current headers."""
Params = Mapping[str, str | Sequence[str]]

_HEADERS = {
    "User-Agent": f"ordosync/{__version__}",
    "Accept": "application/json",
    "Accept-Encoding": "gzip",
}
_CHUNK = 65_536
# Only the message of an error response is used.
_MAX_ERROR_BODY = 65_536


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Limits of one call, for all its attempts together."""

    connect_s: float = 5
    read_s: float = 30
    total_s: float = 60
    """Time for requests and responses, without the waits between attempts."""
    grace_s: float = 10
    """Time for the response to a write after a signal to this process."""
    size: int = 20_000_000
    """Maximum size of a response in bytes, after decompression."""


@dataclass(frozen=True, kw_only=True)
class Response:
    """The response of a server."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class NoResponseError(Exception):
    """There is no response, or only a part of it."""

    def __init__(
        self, why: str, *, may_have_arrived: bool, is_permanent: bool, is_stopped: bool = False
    ) -> None:
        super().__init__(why)
        self.may_have_arrived = may_have_arrived
        """True if the request was sent."""
        self.is_permanent = is_permanent
        """True if another attempt would fail as well."""
        self.is_stopped = is_stopped
        """True if a signal to this process ended the wait."""


class Transport:
    """Connections of one account to its origin. Adds the credentials to each request."""

    def __init__(
        self,
        base_url: str,
        *,
        clock: Clock,
        auth: Auth,
        limits: Limits,
        ca_file: Path | None,
        proxy: str | None,
        connections: int,
    ) -> None:
        self._clock = clock
        self._limits = limits
        self._origin = origin_of(base_url)
        self._auth = auth
        if not callable(auth):
            _auth_headers(auth)
        self._signer = auth if isinstance(auth, OAuth1Signer) else None
        self._query = auth.query if isinstance(auth, QueryKey) else None
        if self._query and self._origin.scheme != "https":
            raise ValueError("a key is sent in the query only over https://")
        self._proxies = {self._origin.scheme: checked_proxy(proxy)} if proxy else {}
        try:
            context = verifying(ca_file) if self._origin.scheme == "https" else None
        # An `SSLError` is an `OSError` as well.
        except OSError:
            raise ValueError(f"{ca_file} contains no readable certificates") from None
        self._adapter = Adapter(context, connections=connections)

    def prepare(
        self,
        method: str,
        url: str,
        *,
        params: Params | None,
        body: bytes | None,
        kind: str = "application/json",
    ) -> requests.PreparedRequest:
        """Return a request with credentials. Raises `ValueError` if it would leave the origin."""
        request = requests.Request(
            method, url, headers=_HEADERS, params=params, data=body
        ).prepare()
        if request.url is None or origin_of(request.url) != self._origin:
            raise ValueError("it refers to another server")
        request.headers.update(_auth_headers(self._auth))
        if body is not None:
            request.headers["Content-Type"] = kind
        return request

    def exchange(
        self,
        request: requests.PreparedRequest,
        *,
        total_s: float,
        writes: bool,
        before_write: Callable[[], None] = lambda: None,
    ) -> Response:
        """Send a request and read the whole response. Raises `NoResponseError`.

        A signal ends it at once, or after `Limits.grace_s` if a write was sent already. Once there
        is a connection, `before_write` can refuse to send a write.
        """
        if self._signer:
            request = self._signer.signed(request, self._clock.now())
        grace_s = self._limits.grace_s if writes else 0
        limits = Exchange(
            self._clock,
            read_s=self._limits.read_s,
            total_s=total_s,
            grace_s=grace_s,
            query=self._query,
            before_send=before_write if writes else lambda: None,
        )
        with exchanging(limits) as exchange:
            try:
                return self._send(request, exchange)
            except StoppedError as error:
                why = f"{self._origin.host} had not responded when a signal ended the wait"
                raise NoResponseError(
                    why, may_have_arrived=exchange.sent, is_permanent=True, is_stopped=True
                ) from error
            except (requests.RequestException, HTTPError, OSError) as error:
                raise self._connection_error(error, exchange) from error

    def _send(self, request: requests.PreparedRequest, exchange: Exchange) -> Response:
        progress.count_call()
        timeout = (min(self._limits.connect_s, exchange.left_s), self._limits.read_s)
        raw = self._adapter.send(request, stream=True, timeout=timeout, proxies=self._proxies)
        with closing(raw) as response:
            is_success = 200 <= response.status_code < 300  # noqa: PLR2004
            body = _body(response, self._limits.size) if is_success else _error_body(response)
            return Response(status=response.status_code, headers=response.headers, body=body)

    def _connection_error(self, error: Exception, exchange: Exchange) -> NoResponseError:
        if exchange.left_s <= 0:
            limit = f"{self._limits.total_s:g} s"
            why = f"{self._origin.host} did not complete its response within {limit}"
            return NoResponseError(why, may_have_arrived=exchange.sent, is_permanent=True)
        return NoResponseError(
            explain(error, self._origin.host),
            may_have_arrived=exchange.sent,
            is_permanent=is_distrusted(error),
        )

    def close(self) -> None:
        """Close the connections. Idempotent."""
        self._adapter.close()


def _body(response: requests.Response, size: int) -> bytes:
    body = bytearray()
    for piece in response.iter_content(_CHUNK):
        body += piece
        progress.reached(len(body))
        if len(body) > size:
            why = f"responded with more than {size / 1_000_000:g} MB"
            raise NoResponseError(why, may_have_arrived=True, is_permanent=True)
    return bytes(body)


def _error_body(response: requests.Response) -> bytes:
    """Return the body of an error response; empty if it cannot be read."""
    try:
        return _body(response, _MAX_ERROR_BODY)
    except (NoResponseError, StoppedError, requests.RequestException, HTTPError, OSError):
        return b""


def secrets_in(auth: Auth) -> list[str]:
    """Return the secrets in each form in which they are sent, for redaction."""
    if callable(auth):
        return secrets_in(auth())
    if isinstance(auth, OAuth1Signer):
        return [auth.secret.reveal()]
    if isinstance(auth, QueryKey):
        return [auth.secret.reveal(), auth.key]
    if isinstance(auth, tuple):
        return [auth[1].reveal(), _basic(*auth), _basic(*auth).rstrip("=")]
    return [secret.reveal() for secret in auth.values()]


def _auth_headers(auth: Auth) -> dict[str, str]:
    if callable(auth):
        return _auth_headers(auth())
    if isinstance(auth, OAuth1Signer | QueryKey):
        return {}
    if isinstance(auth, tuple):
        return {"Authorization": f"Basic {_basic(*auth)}"}
    headers = {name: secret.reveal() for name, secret in auth.items()}
    if not all(value.isascii() and value.isprintable() for value in headers.values()):
        raise ValueError("a secret contains characters that cannot be sent in a header")
    return headers


def _basic(key: str, secret: Secret) -> str:
    if ":" in key:
        raise ValueError("a key cannot contain a colon")
    return base64.b64encode(f"{key}:{secret.reveal()}".encode()).decode()
