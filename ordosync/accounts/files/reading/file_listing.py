"""Files that match a pattern, and marks that change when a file changes."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from ordosync.accounts.files.input_options.file_formats import Format
from ordosync.errors import RefusedError, UnavailableError
from ordosync.regular_files import is_empty

_IN_FOLDER = (".csv", ".jsonl")
"""The files that are read of a folder, if no format is configured."""
_SUFFIXES = (*_IN_FOLDER, ".json", ".xml", ".xlsx", ".xls")
_OFFERED = (*_SUFFIXES, ".txt", ".tsv")
_FEW = 3
_HIDDEN = (".", "~$")
"""Excel marks an open workbook by a file such as `~$orders.xlsx`."""
_UNFINISHED = (".tmp", ".part")
_WILDCARDS = frozenset("*?[")


def files_of(
    glob: Path, *, account: str, action: str, form: Format | None = None
) -> dict[str, Path]:
    """Return the files to read, by their name below the folder, sorted.

    Of a folder these are the CSV and JSON lines files; with a format, only those of the format.

    Raises `UnavailableError` if the folder is missing, and `RefusedError` if it cannot be read.
    """
    folder = folder_of(glob)
    is_folder = folder == glob
    suffixes = (f".{form}",) if form else _IN_FOLDER
    patterns = [f"*{end}" for end in suffixes] if is_folder else [str(glob.relative_to(folder))]
    if not folder.is_dir():
        reason = f"the folder {folder} does not exist; create it"
        raise UnavailableError(account, action, reason)
    try:
        paths = sorted({path for pattern in patterns for path in folder.glob(pattern)})
    except OSError as error:
        reason = f"{folder} cannot be read: {error.strerror}"
        raise RefusedError(account, action, reason) from error
    return {
        str(path.relative_to(folder)): path
        for path in paths
        if not path.name.startswith(_HIDDEN)
        and path.suffix not in _UNFINISHED
        and not _is_folder(path)
    }


def no_file_text(glob: Path) -> str:
    """Return that no file matches a pattern, with the files beside it that it may be meant for."""
    try:
        names = sorted(
            path.name
            for path in folder_of(glob).iterdir()
            if path.suffix.lower() in _OFFERED and not path.name.startswith(_HIDDEN)
        )
    except OSError:
        names = []
    more = f" and {len(names) - _FEW} more" if len(names) > _FEW else ""
    others = f"; the folder has {', '.join(names[:_FEW])}{more}" if names else ""
    return f"no file matches {glob}{others}"


def folder_of(glob: Path) -> Path:
    """Return the folder that a pattern searches: the parts before the first wildcard."""
    wildcards = [at for at, part in enumerate(glob.parts) if _WILDCARDS & set(part)]
    if not wildcards:
        return glob if glob.is_dir() else glob.parent
    return Path(*glob.parts[: wildcards[0]])


def _is_folder(path: Path) -> bool:
    """True for a folder next to the files. A folder that is named like a file is rejected later."""
    return path.is_dir() and path.suffix not in _SUFFIXES


def oldest_first(files: dict[str, Path]) -> dict[str, Path]:
    """Return the same files by their age."""
    return dict(sorted(files.items(), key=lambda item: as_of(*item)))


def as_of(name: str, path: Path) -> str:
    """Return a sort key of a file by its age: the time of its last change, then its name.

    A time counts in whole seconds, since many ways of copying keep no fractions.
    """
    try:
        changed = int(path.stat().st_mtime)
    except OSError:
        # The file was deleted after the folder was listed. Reading it reports that.
        changed = 0
    return f"{max(changed, 0):011d} {natural(name)} {name}"


def time_of(as_of: str) -> datetime:
    """Return the time of the last change of a file, by the sort key of its age."""
    return datetime.fromtimestamp(int(as_of[:11]), UTC)


def newest_time(files: Mapping[str, Path]) -> datetime | None:
    """Return the time of the newest of these files; None if there is none."""
    return max((time_of(as_of(name, path)) for name, path in files.items()), default=None)


def newest_content_time(files: Mapping[str, Path]) -> datetime | None:
    """Return the time of the newest of these files that is not empty; None if there is none."""
    return newest_time({name: path for name, path in files.items() if not _is_empty(path)})


def ends_empty(files: Mapping[str, Path]) -> bool:
    """True if the newest of these files is empty."""
    newest = max(files, key=lambda name: as_of(name, files[name]), default=None)
    return newest is not None and _is_empty(files[newest])


def _is_empty(path: Path) -> bool:
    try:
        return is_empty(path)
    except OSError:
        # The file was deleted after the folder was listed.
        return False


@lru_cache(10_000)
def natural(text: str) -> str:
    """Return a sort key that compares numbers by value: page 9 is before page 10."""
    return re.sub("[0-9]+", lambda digits: _sortable(digits[0].lstrip("0")), text)


def _sortable(digits: str) -> str:
    return f"{len(digits):03d}{digits}"


def mark_of(path: Path) -> list[int] | None:
    """Return a mark that changes whenever the file does; None if there is no file."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns]


def state_of(path: Path, now: datetime) -> tuple[list[int] | None, float]:
    """Return the mark of a file and its age in seconds; None and 0 if there is no file."""
    mark = mark_of(path)
    return mark, now.timestamp() - mark[1] / 1e9 if mark else 0


def cursor_of(marks: Mapping[str, list[int]], mapping: str) -> str:
    """Return the cursor after a read of files with these marks, by this mapping."""
    return json.dumps({"mapping": mapping, "files": marks})


def marks_of(cursor: str | None, mapping: str) -> dict[str, list[int]]:
    """Return the mark of each file that was read by this mapping."""
    try:
        state = json.loads(cursor or "{}")
        if state.get("mapping") == mapping:
            return dict(state["files"])
    except (ValueError, AttributeError, KeyError, TypeError):
        # The cursor is of another kind. All files are read, and known records are recognised.
        pass
    return {}
