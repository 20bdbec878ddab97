"""The value of `database:`: the path of a SQLite file, or the URL of a PostgreSQL database."""

import os
import re
from pathlib import Path
from urllib.parse import quote, urlsplit

from ordosync.config.converters import to_path
from ordosync.config.yaml_file import Source
from ordosync.idle import DATABASE
from ordosync.store.location import SqliteFile, StoreLocation
from ordosync.store.postgres_url import has_password, is_postgres_url

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def to_location(text: str, *, source: Source) -> StoreLocation:
    """Convert a path, or a URL that may contain `${NAME}`, to the place of the store.

    With a URL, files of this machine are named as those of a store beside the configuration.
    """
    location = location_of(text, folder=source.path.parent)
    if is_postgres_url(text) and has_password(_VARIABLE.sub("", text)) and source.exposed:
        raise ValueError(
            f"a password in a file that others can read: `chmod o-r {source.path}`, write"
            " ${NAME} for it, or use a password file (PGPASSFILE)"
        )
    return location


def location_of(text: str, *, folder: Path) -> StoreLocation:
    """Return the place that a text names; a path is relative to this folder."""
    url = _expanded(text)
    if not is_postgres_url(url):
        return SqliteFile(to_path(text, folder=folder))
    _check(url)
    # Only such a configuration needs it.
    from ordosync.store.postgres_database import PostgresDatabase  # noqa: PLC0415

    return PostgresDatabase(folder / DATABASE, url=url)


def _expanded(text: str) -> str:
    """Return the text with the values of variables; within a URL, they are escaped."""
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


def _check(url: str) -> None:
    """Raise `ValueError` if the URL names no database. The message does not quote it."""
    try:
        parts = urlsplit(url)
        has_database = parts.path.strip("/") != ""
    except ValueError:
        has_database = False
    if not has_database:
        raise ValueError("is no URL of a database, such as postgresql://user@host/database")
