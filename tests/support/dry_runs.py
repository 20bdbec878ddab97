"""Dry runs, which change no file."""

import hashlib
from pathlib import Path

from tests.support.command import Done, ordosync


def digests(folder: Path) -> dict[str, str]:
    """Return a digest of every file in a folder, hidden ones included.

    SQLite keeps an empty log and an index beside a file that is read.
    """
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith("-shm")
        if path.stat().st_size or not path.name.endswith("-wal")
    }


def dry(folder: Path, *words: str) -> Done:
    """Return a dry run, which must change no file."""
    before = digests(folder)
    result = ordosync(folder, *words, "--dry-run")
    assert digests(folder) == before
    return result
