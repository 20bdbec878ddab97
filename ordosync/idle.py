"""Fast exit of `run-due` when no task is due.

Cron calls `run-due` every minute, and usually nothing is due. So this module imports almost
nothing, reads only the bytes of the configuration and one query of the store, and writes nothing.
It decides only that nothing is due. All other cases, errors included, are left to the full
program.
"""

import os
import sys
import time
from zlib import crc32

from ordosync import __version__
from ordosync.permissions import doubt

TYPE_CHECKING = False  # `typing` takes as long as the rest of the tick
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    AskServer = Callable[[str, str], bool]
else:
    try:
        import pysqlite3.dbapi2 as sqlite3
    except ImportError:
        import sqlite3

DATABASE = "ordosync.db"
"""Default name of the store, beside the configuration."""
CONFIG_KEY = "config"
"""Row of the table `meta` with the digest of the configuration that the store follows."""
ALERTS_KEY = "alerts_at"
"""Row of the table `meta` with the time at which alerts are due next; only with `alerts:`."""
CALLED_AT_KEY = "called_at"
"""Row of the table `meta` with the last call of `run-due`, if several hosts share the store."""
SCHEMES = ("postgresql://", "postgres://")
"""The beginnings of the URL of a store on PostgreSQL."""
_CLOCK_SLACK_S = 300
_BUSY_TIMEOUT_S = 5


def digest(data: bytes) -> str:
    """Return a digest that changes with the configuration and with the version of ordosync."""
    return f"{__version__}:{len(data)}:{crc32(data)}"


def places() -> tuple[str, ...]:
    """Return the default paths of the configuration."""
    home = os.path.expanduser("~")  # noqa: PTH111 - pathlib takes as long as the rest of the tick
    return ("config.yaml", f"{home}/.config/ordosync/config.yaml", "/etc/ordosync/config.yaml")


def find(named: str | None) -> str | None:
    """Return the path of the configuration: the given one, or the first default that exists."""
    named = named or os.environ.get("ORDOSYNC_CONFIG")
    if named:
        return named
    return next((place for place in places() if os.access(place, os.F_OK)), None)


def _database(data: bytes) -> str | None:
    """Return the value of `database:`; None if the configuration does not state it plainly."""
    values: list[bytes] = []
    # No regular expression: importing `re` takes longer than all the rest.
    for part in (b"\n" + data).split(b"\ndatabase")[1:]:
        blank, colon, value_text = part.partition(b"\n")[0].partition(b":")
        if colon and not blank.strip(b" \t"):
            values.append(value_text.partition(b"#")[0].strip())
    if len(values) > 1:
        return None
    value = values[0].decode("utf-8", "replace") if values else DATABASE
    if value[:1] in ("'", '"') and len(value) > 1 and value[0] == value[-1]:
        value = value[1:-1]
    return value or None


def database_of(path: str, data: bytes) -> str | None:
    """Return the path of the store; None if the configuration does not state it as plain text."""
    value = _database(data)
    if not value or value.startswith(SCHEMES) or any(char in "'\"\\&*!|>{}[]%@`" for char in value):
        return None
    return os.path.join(os.path.dirname(os.path.abspath(path)), value)  # noqa: PTH100, PTH118, PTH120


def glance(named: str | None) -> "tuple[str, str] | None":
    """Return the path of the store and the digest of the configuration, without parsing it.

    None if either is not obvious, or if another user could have written the configuration.
    """
    path = find(named) or ""
    data = _bytes_of(path)
    database = database_of(path, data) if data else None
    return (database, digest(data)) if database and data else None


def _bytes_of(path: str) -> bytes | None:
    """Return the configuration; None if it cannot be read, or others could have written it."""
    try:
        if doubt(path):
            return None
        with open(path, "rb") as file:  # noqa: PTH123
            return file.read()
    except OSError:
        return None


def is_idle(words: "list[str]", ask_server: "AskServer | None" = None) -> bool:
    """True if `ordosync WORDS` is a call by cron that has nothing to do.

    `ask_server` gets the URL of a store on PostgreSQL, and the digest of the configuration.
    """
    try:
        is_tick = words[:1] == ["run-due"] and not sys.stdout.isatty()
        return is_tick and _is_idle(words[1:], ask_server)
    # The full program meets the same error and reports it.
    except Exception:
        return False


def _is_idle(options: "list[str]", ask_server: "AskServer | None") -> bool:
    named = None
    while options:
        name, _, value = options[0].partition("=")
        if name not in ("--config", "--jobs"):
            return False
        if not value:
            value, options = options[1], options[1:]
        options = options[1:]
        if name == "--config":
            named = value
        elif not value.isdecimal() or int(value) < 1:
            return False
    path = find(named) or ""
    data = _bytes_of(path)
    if not data:
        return False
    if database := database_of(path, data):
        return _nothing_is_due(database, digest(data))
    url = _database(data)
    if not url or not url.startswith(SCHEMES) or ask_server is None:
        return False
    return ask_server(url, digest(data))


def _nothing_is_due(database: str, config: str) -> bool:
    now = time.time()
    if doubt(os.path.dirname(database)):  # noqa: PTH120
        return False
    uri = database.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    # `query_only`, because `mode=ro` cannot remove its side files in WAL mode.
    connection = sqlite3.connect(
        f"file:{uri}?mode=rw", uri=True, timeout=_BUSY_TIMEOUT_S, isolation_level=None
    )
    try:
        connection.execute("pragma query_only = on")
        (idle,) = connection.execute(
            "select exists (select 1 from meta where key = ? and value = ?)"
            " and not exists (select 1 from schedule where next_at <= ?)"
            " and not exists (select 1 from schedule where last_started_at > ?)"
            " and not exists (select 1 from meta where key = ? and value <= ?)",
            (
                *(CONFIG_KEY, config, _text(now), _text(now + _CLOCK_SLACK_S)),
                *(ALERTS_KEY, _text(now)),
            ),
        ).fetchone()
    finally:
        connection.close()
    return bool(idle)


def _text(at: float) -> str:
    """Format a time as `ordosync.clock` does."""
    seconds = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at))
    return f"{seconds}.{int(at % 1 * 1000):03d}Z"
