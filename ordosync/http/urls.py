"""Restricts requests to one origin, over TLS, below one path.

URLs are parsed by the same parser as the connection uses. With two parsers that see different
hosts in one text, credentials could be sent to another server.
"""

from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import quote, unquote

from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

_PORTS = {"https": 443, "http": 80}


class Origin(NamedTuple):
    """Scheme, host and port of a URL."""

    scheme: str
    host: str
    port: int


def origin_of(url: str) -> Origin:
    """Return the origin of an absolute URL. Raises `ValueError` if it is not http or https."""
    try:
        parts = parse_url(url)
    # The text of the exception would show the whole URL.
    except LocationParseError:
        raise ValueError("the URL cannot be parsed") from None
    if parts.scheme not in _PORTS:
        raise ValueError("a URL must begin with https://")
    if not parts.host:
        raise ValueError("a URL must name a host")
    return Origin(parts.scheme, parts.host.strip("[]").lower(), parts.port or _PORTS[parts.scheme])


def checked_base(url: str, *, allow_http: bool) -> str:
    """Return a base URL without its last slash. Raises `ValueError` if it is not valid."""
    origin, parts = origin_of(url), parse_url(url)
    if parts.auth is not None:
        raise ValueError("a URL must not contain a user or a password")
    if parts.query is not None or parts.fragment is not None:
        raise ValueError("a base URL must not contain ? or #")
    if origin.scheme == "http" and not (allow_http or _is_loopback(origin.host)):
        raise ValueError("http:// would send the secret unencrypted; use https://")
    return Url(parts.scheme, None, parts.host, parts.port, parts.path).url.rstrip("/")


def checked_proxy(url: str) -> str:
    """Return the URL of a proxy. TLS to the proxy would bypass the deadlines of the sockets."""
    if not url.lower().startswith("http://"):
        raise ValueError("the URL of a proxy must begin with http://")
    origin_of(url)
    return url


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def joined(base: str, path: str) -> str:
    """Return the URL of a path or link. Raises `ValueError` if it would leave the origin.

    An empty segment, `.` and `..` are refused: libraries and servers remove them from the path.
    They may come from an unusual SKU.
    """
    if not path.startswith("/"):
        return _same_origin(base, path)
    segments = path.partition("?")[0].split("/")[1:]
    if any(unquote(segment) in {".", ".."} for segment in segments) or "" in segments[:-1]:
        raise ValueError("an empty name, . and .. cannot be part of a URL")
    return base + path


def _same_origin(base: str, link: str) -> str:
    try:
        origin = origin_of(link)
    except ValueError:
        raise ValueError("it refers to an invalid URL") from None
    if origin != origin_of(base):
        raise ValueError(f"it refers to another server, {origin.host}")
    return link


def quoted(segment: str) -> str:
    """Return a text such as an SKU, quoted as one segment of a path."""
    return quote(segment, safe="", errors="surrogatepass")
