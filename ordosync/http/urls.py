"""Where requests may go: to one origin, over TLS, below one path.

Addresses are taken apart by the parser that the connection uses as well; two parsers that see
different hosts in one text are how credentials reach a stranger.
"""

from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import quote, unquote

from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

_PORTS = {"https": 443, "http": 80}


class Origin(NamedTuple):
    """Whom an address belongs to."""

    scheme: str
    host: str
    port: int


def origin_of(url: str) -> Origin:
    """Return the origin of an absolute URL; ValueError where it has none that we could ask."""
    try:
        parts = parse_url(url)
    except LocationParseError:  # whose text would show all of it
        raise ValueError("an address that cannot be read") from None
    if parts.scheme not in _PORTS:
        raise ValueError("an address must begin with https://")
    if not parts.host:
        raise ValueError("an address must name a host")
    return Origin(parts.scheme, parts.host.strip("[]").lower(), parts.port or _PORTS[parts.scheme])


def checked_base(url: str, *, allow_http: bool) -> str:
    """Return a base URL as paths are added to it; ValueError says what is wrong with it."""
    origin, parts = origin_of(url), parse_url(url)
    if parts.auth is not None:
        raise ValueError("an address must not hold a user or a password")
    if parts.query is not None or parts.fragment is not None:
        raise ValueError("an address must end before its ? or #")
    if origin.scheme == "http" and not (allow_http or _is_loopback(origin.host)):
        raise ValueError("http:// would show the secret to the network: use https://")
    return Url(parts.scheme, None, parts.host, parts.port, parts.path).url.rstrip("/")


def checked_proxy(url: str) -> str:
    """Return a proxy's URL. TLS to the proxy itself would bypass the limits of `wire`."""
    if not url.lower().startswith("http://"):
        raise ValueError("a proxy's address must begin with http://")
    origin_of(url)
    return url


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def joined(base: str, path: str) -> str:
    """Return the URL of a path, or of a link out of an answer; ValueError where it leaves.

    A path must stay what it was made as: an empty or dotted segment, which may come from an odd
    SKU, would make it another one on the way.
    """
    if not path.startswith("/"):
        return _same_origin(base, path)
    segments = path.partition("?")[0].split("/")[1:]
    if any(unquote(segment) in {".", ".."} for segment in segments) or "" in segments[:-1]:
        raise ValueError("an empty name, . and .. cannot be part of an address")
    return base + path


def _same_origin(base: str, link: str) -> str:
    try:
        origin = origin_of(link)
    except ValueError:
        raise ValueError("it refers to what is no web address") from None
    if origin != origin_of(base):
        raise ValueError(f"it refers to another server, {origin.host}")
    return link


def quoted(segment: str) -> str:
    """Return a text such as an SKU as one segment of a path."""
    return quote(segment, safe="", errors="surrogatepass")
