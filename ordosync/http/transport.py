"""One request and its answer, within limits that hold against any server.

No `requests.Session` is used, only its adapter, so there are no redirects, cookies, netrc or
proxies of the environment to switch off.
"""

import base64
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import requests
from urllib3.exceptions import HTTPError

from ordosync import __version__
from ordosync.clock import Clock, StoppedError
from ordosync.http.connection_errors import explain, is_distrusted
from ordosync.http.deadlines import Adapter, Exchange, exchanging, verifying
from ordosync.http.oauth1 import OAuth1Signer
from ordosync.http.urls import checked_proxy, origin_of
from ordosync.secret import Secret

Headers = Mapping[str, Secret]
Auth = tuple[str, Secret] | Headers | OAuth1Signer | Callable[[], Headers]
"""Key and secret for Basic, headers by name, what signs each request, or what tells the headers
where they change."""
Params = Mapping[str, str | Sequence[str]]

_ASKED = {
    "User-Agent": f"ordosync/{__version__}",
    "Accept": "application/json",
    "Accept-Encoding": "gzip",
}
_PIECE = 65_536
# Of an answer that is no success only its few words are wanted.
_MOST_WORDS = 65_536


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one call may take at most, all its attempts together."""

    connect_s: float = 5
    read_s: float = 30
    total_s: float = 60
    """On the wire; waits between attempts are not counted."""
    grace_s: float = 10
    """How long the answer to a write is still waited for when a signal has come."""
    size: int = 20_000_000
    """Bytes of an answer, unpacked."""


@dataclass(frozen=True, kw_only=True)
class Response:
    """What a server answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class NoResponseError(Exception):
    """There is no answer, or none that could be read to its end."""

    def __init__(self, why: str, *, sent: bool, is_permanent: bool, stopped: bool = False) -> None:
        super().__init__(why)
        self.sent = sent
        """Whether the request may have arrived."""
        self.is_permanent = is_permanent
        """Whether another attempt would end the same."""
        self.stopped = stopped
        """True if a signal ended the wait."""


class Transport:
    """The connections of one account to its one origin. Requests get its secret here."""

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
        self._proxies = {self._origin.scheme: checked_proxy(proxy)} if proxy else {}
        try:
            context = verifying(ca_file) if self._origin.scheme == "https" else None
        except OSError:  # an SSLError is one, too
            raise ValueError(f"{ca_file} holds no certificates that can be read") from None
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
        """Return a request that knows the secret; ValueError where it would leave the origin."""
        request = requests.Request(method, url, headers=_ASKED, params=params, data=body).prepare()
        if request.url is None or origin_of(request.url) != self._origin:
            raise ValueError("it refers to another server")
        request.headers.update(_auth_headers(self._auth))
        if body is not None:
            request.headers["Content-Type"] = kind
        return request

    def exchange(
        self, request: requests.PreparedRequest, *, total_s: float, writes: bool
    ) -> Response:
        """Send a request and read the answer to its end, or raise `NoResponseError`.

        A signal ends it at once; a write that was sent has some grace.
        """
        if self._signer:
            request = self._signer.signed(request, self._clock.now())
        grace_s = self._limits.grace_s if writes else 0
        limits = Exchange(self._clock, read_s=self._limits.read_s, total_s=total_s, grace_s=grace_s)
        with exchanging(limits) as exchange:
            try:
                return self._reply(request, exchange)
            except StoppedError as error:
                why = f"{self._origin.host} had not answered when a signal ended the wait"
                raise NoResponseError(
                    why, sent=exchange.sent, is_permanent=True, stopped=True
                ) from error
            except (requests.RequestException, HTTPError, OSError) as error:
                raise self._lost(error, exchange) from error

    def _reply(self, request: requests.PreparedRequest, exchange: Exchange) -> Response:
        timeout = (min(self._limits.connect_s, exchange.left_s), self._limits.read_s)
        sent = self._adapter.send(request, stream=True, timeout=timeout, proxies=self._proxies)
        with closing(sent) as response:
            well = 200 <= response.status_code < 300  # noqa: PLR2004 - any success
            body = _body(response, self._limits.size) if well else _few_words(response)
            return Response(status=response.status_code, headers=response.headers, body=body)

    def _lost(self, error: Exception, exchange: Exchange) -> NoResponseError:
        if exchange.left_s <= 0:
            why = f"{self._origin.host} did not finish its answer within {self._limits.total_s:g} s"
            return NoResponseError(why, sent=exchange.sent, is_permanent=True)
        return NoResponseError(
            explain(error, self._origin.host), sent=exchange.sent, is_permanent=is_distrusted(error)
        )

    def close(self) -> None:
        """Close the connections. Harmless when called twice."""
        self._adapter.close()


def _body(response: requests.Response, size: int) -> bytes:
    body = bytearray()
    for piece in response.iter_content(_PIECE):
        body += piece
        if len(body) > size:
            why = f"answered more than {size / 1_000_000:g} MB"
            raise NoResponseError(why, sent=True, is_permanent=True)
    return bytes(body)


def _few_words(response: requests.Response) -> bytes:
    """Read what is said beside a status; the status counts even where the rest does not come."""
    try:
        return _body(response, _MOST_WORDS)
    except (NoResponseError, StoppedError, requests.RequestException, HTTPError, OSError):
        return b""


def secrets_in(auth: Auth) -> list[str]:
    """Return all that must never be shown, in each form in which it is sent."""
    if callable(auth):
        return secrets_in(auth())
    if isinstance(auth, OAuth1Signer):
        return [auth.secret.reveal()]
    if isinstance(auth, tuple):
        return [auth[1].reveal(), _basic(*auth), _basic(*auth).rstrip("=")]
    return [secret.reveal() for secret in auth.values()]


def _auth_headers(auth: Auth) -> dict[str, str]:
    if callable(auth):
        return _auth_headers(auth())
    if isinstance(auth, OAuth1Signer):
        return {}
    if isinstance(auth, tuple):
        return {"Authorization": f"Basic {_basic(*auth)}"}
    headers = {name: secret.reveal() for name, secret in auth.items()}
    if not all(value.isascii() and value.isprintable() for value in headers.values()):
        raise ValueError("a secret holds characters that cannot be sent")
    return headers


def _basic(key: str, secret: Secret) -> str:
    if ":" in key:
        raise ValueError("a key cannot hold a colon")
    return base64.b64encode(f"{key}:{secret.reveal()}".encode()).decode()
