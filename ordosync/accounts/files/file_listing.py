"""Files that match a pattern, and marks that tell if a file has changed."""

import re
from datetime import datetime
from pathlib import Path

from ordosync.errors import RefusedError, UnavailableError

_SUFFIXES = (".csv", ".jsonl")
_UNFINISHED = (".tmp", ".part")
_WILD = frozenset("*?[")


def files_of(glob: Path, *, account: str, action: str) -> dict[str, Path]:
    """Return the files to read, by their name below the folder, sorted.

    Raises `UnavailableError` if the folder is missing, and `RefusedError` if it cannot be read.
    """
    wild = [i for i, part in enumerate(glob.parts) if _WILD & set(part)]
    if not wild and glob.is_dir():
        folder, patterns = glob, [f"*{suffix}" for suffix in _SUFFIXES]
    else:
        first = wild[0] if wild else len(glob.parts) - 1
        folder, patterns = Path(*glob.parts[:first]), [str(Path(*glob.parts[first:]))]
    if not folder.is_dir():
        why = f"the folder {folder} does not exist; make it"
        raise UnavailableError(account, action, why)
    try:
        paths = sorted({path for pattern in patterns for path in folder.glob(pattern)})
    except OSError as error:
        why = f"{folder} cannot be read: {error.strerror}"
        raise RefusedError(account, action, why) from error
    return {
        str(path.relative_to(folder)): path
        for path in paths
        if not path.name.startswith(".") and path.suffix not in _UNFINISHED and not _is_folder(path)
    }


def _is_folder(path: Path) -> bool:
    """Return True for a folder beside the files; a folder that is named like a file is rejected."""
    return path.is_dir() and path.suffix not in _SUFFIXES


def oldest_first(files: dict[str, Path]) -> dict[str, Path]:
    """Return the same files by their age."""
    return dict(sorted(files.items(), key=lambda item: as_of(*item)))


def as_of(name: str, path: Path) -> str:
    """Return a text that sorts a file by its age: the time of its last change, then its name.

    A time counts in whole seconds, since many ways of copying keep no fractions.
    """
    try:
        changed = int(path.stat().st_mtime)
    except OSError:
        # Gone since the folder was listed: reading it reports that.
        changed = 0
    return f"{max(changed, 0):011d} {natural(name)} {name}"


def natural(text: str) -> str:
    """Return a text that sorts with the numbers in it in order: page 9 is before page 10."""
    return re.sub("[0-9]+", lambda digits: _sortable(digits[0].lstrip("0")), text)


def _sortable(digits: str) -> str:
    return f"{len(digits):03d}{digits}"


def mark_of(path: Path) -> list[int] | None:
    """Return a mark that changes whenever the file does; None if the file is gone."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns]


def state_of(path: Path, now: datetime) -> tuple[list[int] | None, float]:
    """Return a mark that changes whenever the file does, and its age; None if the file is gone."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None, 0
    mark = [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns]
    return mark, now.timestamp() - stat.st_mtime
