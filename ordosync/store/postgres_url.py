"""URLs of PostgreSQL databases: what they say about the password and the encryption."""

from ipaddress import ip_address
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

SCHEMES = ("postgresql://", "postgres://")


def is_postgres_url(text: str) -> bool:
    """True if a value of `database:` is the URL of a database, not the path of a file."""
    return text.startswith(SCHEMES)


def without_password(url: str) -> str:
    """Return the URL as it may be shown."""
    parts = urlsplit(url)
    user, _, address = parts.netloc.rpartition("@")
    name = user.partition(":")[0]
    shown = f"{name}@{address}" if name else address
    query = [(key, value) for key, value in parse_qsl(parts.query) if key not in _SECRETS]
    return urlunsplit(parts._replace(netloc=shown, query=urlencode(query, quote_via=quote)))


_SECRETS = ("password", "sslpassword", "options")


def has_password(url: str) -> bool:
    """True if the URL contains a password."""
    parts = urlsplit(url)
    names = [name for name, _ in parse_qsl(parts.query)]
    return bool(parts.password) or "password" in names or "sslpassword" in names


def is_unencrypted(url: str) -> bool:
    """True if the URL does not ask for TLS, and its host may be another machine."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    host = query.get("host") or parts.hostname or ""
    if "sslmode" in query or not host or host.startswith("/") or host == "localhost":
        return False
    try:
        return not ip_address(host).is_loopback
    except ValueError:
        return True
