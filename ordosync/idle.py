"""The idle cron tick, which asks whether there is anything at all to do.

Cron calls `run-due` every minute, and mostly nothing is due. So this file imports next to nothing,
reads two things (the bytes of the configuration and one query of the store) and writes none. It
never decides that something *is* due: whatever is not plainly idle is for the full program to
look at, every error included.
"""

import os
import sys
import time
from zlib import crc32

from ordosync import __version__
from ordosync.trust import doubt

TYPE_CHECKING = False  # `typing` takes as long as the rest of the tick
if TYPE_CHECKING:
    import sqlite3
else:
    try:
        import pysqlite3.dbapi2 as sqlite3
    except ImportError:
        import sqlite3

DATABASE = "ordosync.db"
"""The store, where the configuration does not say, beside it."""
CONFIG_KEY = "config"
"""The row of the store's `meta` that holds the digest of the last configuration it followed."""
_CLOCK_SLACK_S = 300
_BUSY_TIMEOUT_S = 5


def digest(data: bytes) -> str:
    """Tell the bytes of a configuration from those of an edited one, or of an older ordosync."""
    return f"{__version__}:{len(data)}:{crc32(data)}"


def places() -> tuple[str, ...]:
    """Return where a configuration is looked for that was not named."""
    home = os.path.expanduser("~")  # noqa: PTH111 - pathlib takes as long as the rest of the tick
    return ("config.yaml", f"{home}/.config/ordosync/config.yaml", "/etc/ordosync/config.yaml")


def find(named: str | None) -> str | None:
    """Return the configuration to read. One that was named is not looked for elsewhere."""
    named = named or os.environ.get("ORDOSYNC_CONFIG")
    if named:
        return named
    return next((place for place in places() if os.access(place, os.F_OK)), None)


def database_of(path: str, data: bytes) -> str | None:
    """Return the store's path as the configuration at `path` says it, where it says it plainly."""
    found: list[bytes] = []
    # Not by a regular expression: importing those takes longer than all the rest.
    for rest in (b"\n" + data).split(b"\ndatabase")[1:]:
        blank, colon, said = rest.partition(b"\n")[0].partition(b":")
        if colon and not blank.strip(b" \t"):
            found.append(said.partition(b"#")[0].strip())
    if len(found) > 1:
        return None
    value = found[0].decode("utf-8", "replace") if found else DATABASE
    if value[:1] in ("'", '"') and len(value) > 1 and value[0] == value[-1]:
        value = value[1:-1]
    if not value or any(char in "'\"\\&*!|>{}[]%@`" for char in value):
        return None
    return os.path.join(os.path.dirname(os.path.abspath(path)), value)  # noqa: PTH100, PTH118, PTH120


def glance(named: str | None) -> "tuple[str, str] | None":
    """Return the store's path and the digest of the configuration, without reading what it says.

    None where that is not plain to see, for whatever reason, or somebody else may have written it.
    """
    path = find(named)
    try:
        if doubt(path or ""):
            return None
        with open(path or "", "rb") as file:  # noqa: PTH123
            data = file.read()
    except OSError:
        return None
    database = database_of(path or "", data)
    return (database, digest(data)) if database else None


def is_idle(words: "list[str]") -> bool:
    """Whether `ordosync WORDS` has nothing to do, and nobody is there to be told so."""
    try:
        return words[:1] == ["run-due"] and not sys.stdout.isatty() and _is_idle(words[1:])
    except Exception:  # the full program finds out what it is, and tells
        return False


def _is_idle(options: "list[str]") -> bool:
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
    plain = glance(named)
    return plain is not None and _nothing_is_due(*plain)


def _nothing_is_due(database: str, config: str) -> bool:
    now = time.time()
    if doubt(os.path.dirname(database)):  # noqa: PTH120
        return False
    uri = database.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    # `query_only` rather than `mode=ro`, which cannot clean up after itself in WAL mode.
    connection = sqlite3.connect(
        f"file:{uri}?mode=rw", uri=True, timeout=_BUSY_TIMEOUT_S, isolation_level=None
    )
    try:
        connection.execute("pragma query_only = on")
        (idle,) = connection.execute(
            "select exists (select 1 from meta where key = ? and value = ?)"
            " and not exists (select 1 from schedule where next_at <= ?)"
            " and not exists (select 1 from schedule where last_started_at > ?)",
            (CONFIG_KEY, config, _text(now), _text(now + _CLOCK_SLACK_S)),
        ).fetchone()
    finally:
        connection.close()
    return bool(idle)


def _text(at: float) -> str:
    """Write a time as the store does, see `ordosync.store.timestamps`."""
    seconds = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at))
    return f"{seconds}.{int(at % 1 * 1000):03d}Z"
