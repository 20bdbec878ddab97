"""The value of `database:`: the path of a SQLite file, or the URL of a PostgreSQL database."""

from pathlib import Path
from urllib.parse import urlsplit

from ordosync.config.converters import to_path
from ordosync.config.yaml_file import Source
from ordosync.idle import DATABASE
from ordosync.postgres_url import expanded, has_literal_password, is_postgres_url
from ordosync.store.location import SqliteFile, StoreLocation


def to_location(text: str, *, source: Source) -> StoreLocation:
    """Convert a path, or a URL that may contain `${NAME}`, to the place of the store.

    With a URL, files of this machine are named as those of a store beside the configuration.
    """
    location = location_of(text, folder=source.path.parent)
    if is_postgres_url(text) and has_literal_password(text) and source.exposed:
        raise ValueError(
            f"a password in a file that others can read: `chmod o-r {source.path}`, write"
            " ${NAME} for it, or use a password file (PGPASSFILE)"
        )
    return location


def location_of(text: str, *, folder: Path) -> StoreLocation:
    """Return the place that a text names; a path is relative to this folder."""
    url = expanded(text)
    if not is_postgres_url(url):
        return SqliteFile(to_path(text, folder=folder))
    _check(url)
    # Only such a configuration needs it.
    from ordosync.store.postgres_database import PostgresDatabase  # noqa: PLC0415

    return PostgresDatabase(folder / DATABASE, url=url)


def _check(url: str) -> None:
    """Raise `ValueError` if the URL names no database. The message does not quote it."""
    try:
        parts = urlsplit(url)
        has_database = parts.path.strip("/") != ""
    except ValueError:
        has_database = False
    if not has_database:
        raise ValueError("is no URL of a database, such as postgresql://user@host/database")
