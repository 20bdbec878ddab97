"""The version of the store that this ordosync reads and writes.

Apart from the migrations, which only a new or an older file needs.
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Migrations

APPLICATION_ID = 0x4F53594E  # "OSYN"
VERSION = 6


def migrations_of(path: Path) -> "Migrations":
    """Return the migrations of the store at `path`; see `migrations.migrations`."""
    from ordosync.store.migrations import migrations  # noqa: PLC0415 - nine modules

    return migrations(path)
