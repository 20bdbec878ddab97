"""Reports a problem that makes the store unusable once a day.

Alerts about runs are recorded in the store. For a problem of the store itself, a small file beside
it records when each message was written. If that file cannot be written either, each call writes
the message.
"""

import json
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from zlib import crc32

from ordosync.atomic_write import replace_file
from ordosync.store.location import StoreLocation

_REPEAT_AFTER_S = timedelta(days=1).total_seconds()


def is_new_problem(store: StoreLocation, message: str, *, now: datetime) -> bool:
    """True if the message was not written in the last day; records that it is written now."""
    path = store.reported_problems
    at, key = now.timestamp(), str(crc32(message.encode("utf-8", "replace")))
    reported = {k: t for k, t in _read(path).items() if 0 <= at - t < _REPEAT_AFTER_S}
    if key in reported:
        return False
    _write(path, {**reported, key: at})
    return True


def forget_problems(store: StoreLocation) -> None:
    """Delete the records, so that a problem that returns is reported at once."""
    store.reported_problems.unlink(missing_ok=True)


def _read(path: Path) -> dict[str, float]:
    try:
        reported = json.loads(path.read_text("utf-8"))
        return {str(key): float(at) for key, at in reported.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def _write(path: Path, reported: dict[str, float]) -> None:
    with suppress(OSError):
        replace_file(path, json.dumps(reported).encode(), mode=0o600)
