"""URLs of PostgreSQL databases: what they say about the password and the encryption."""

import os
import re
from ipaddress import ip_address
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from ordosync.idle import SCHEMES

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def is_postgres_url(text: str) -> bool:
    """True if a value of `database:` is the URL of a database, not the path of a file."""
    return text.startswith(SCHEMES)


def expanded(text: str) -> str:
    """Return a text with the values of `${NAME}`; within a URL, they are escaped.

    Raises `ValueError` if a variable is not set.
    """
    if whole := _VARIABLE.fullmatch(text):
        return _value(whole[1])
    if not is_postgres_url(text):
        return text
    return _VARIABLE.sub(lambda match: quote(_value(match[1]), safe=""), text)


def _value(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise ValueError(f"the environment variable {name} is not set, or empty")
    return value


def has_literal_password(text: str) -> bool:
    """True if a URL contains a password, and not only the name of a variable."""
    return has_password(_VARIABLE.sub("", text))


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
