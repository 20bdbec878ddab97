"""Versions of the machine and the software that were measured."""

import os
import platform
import tempfile
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

from ordosync import __version__
from ordosync.database import sqlite3
from ordosync.store import Store


def versions() -> dict[str, str]:
    """Return the versions that the figures depend on, by name."""
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(Store.open(Path(folder, "s.db"))) as store,
    ):
        journal: str = store._connection.execute("pragma journal_mode").fetchone()[0]
    return {
        "ordosync": __version__,
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        "journal": journal,
        **{name: version(name) for name in ("typer", "requests", "msgspec")},
        "CPUs": str(os.cpu_count()),
        "load": f"{os.getloadavg()[0]:.1f}",
    }
