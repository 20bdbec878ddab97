"""Trouble that keeps the store from being used is told once a day, not with every tick.

What is told of runs is noted in the store. Here there is none to note it in, so a small file
beside it holds what was said when; where that cannot be written either, it is said each time.
"""

import json
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from zlib import crc32

from ordosync.atomic_write import replace_file

_AGAIN_S = timedelta(days=1).total_seconds()


def is_news(beside: Path, message: str, *, now: datetime) -> bool:
    """Whether this has not been said in the last day; from now on it has."""
    path = beside.with_name(f"{beside.name}.told")
    at, key = now.timestamp(), str(crc32(message.encode("utf-8", "replace")))
    told = {k: t for k, t in _read(path).items() if 0 <= at - t < _AGAIN_S}
    if key in told:
        return False
    _write(path, {**told, key: at})
    return True


def forget(beside: Path) -> None:
    """All is well again, so that the same trouble is news when it comes back."""
    beside.with_name(f"{beside.name}.told").unlink(missing_ok=True)


def _read(path: Path) -> dict[str, float]:
    try:
        told = json.loads(path.read_text("utf-8"))
        return {str(key): float(at) for key, at in told.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def _write(path: Path, told: dict[str, float]) -> None:
    with suppress(OSError):
        replace_file(path, json.dumps(told).encode(), mode=0o600)
