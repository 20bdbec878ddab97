"""Records in files that changed since a cursor, without copies: they are needed only once.

The reader of the same files keeps its own cursor, and the copies of unsettled records.
"""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.files.formats.rows import InvalidFileError
from ordosync.accounts.files.reading.file_listing import as_of, cursor_of, marks_of
from ordosync.accounts.files.reading.file_reader import FileReader
from ordosync.accounts.files.reading.row_index import RowIndex
from ordosync.models import InvalidRecord, Page

T = TypeVar("T")


def changed_records(
    reader: FileReader[T], request: ReadRequest
) -> Iterator[Page[T | InvalidRecord]]:
    """Yield the records in changed files, as the newest file has them.

    A file that cannot be read is left to the task that imports its records.
    """
    index = RowIndex(reader.record_type, files=reader.files)
    try:
        marks, newer = _add_changed(index, reader, request)
        keys = index.keys()
        for name, path in newer.items():
            with suppress(InvalidFileError, OSError):
                index.add(name, path, as_of=as_of(name, path), only=keys, only_compared=True)
        cursor = cursor_of(marks, reader.record_type.options.fingerprint)
        yield Page(items=(), cursor=cursor)
        for items in index.pages():
            yield Page(items=tuple(items.values()), cursor=cursor)
    finally:
        index.close()


def _add_changed(
    index: RowIndex[T], reader: FileReader[T], request: ReadRequest
) -> tuple[dict[str, list[int]], dict[str, Path]]:
    """Add changed files; return the marks of all that were read, and unchanged newer files."""
    known_marks = marks_of(request.cursor, reader.record_type.options.fingerprint)
    marks: dict[str, list[int]] = {}
    newer: dict[str, Path] = {}
    has_changed = False
    for name, path in reader.files().items():
        mark, age_s = reader.source.state_of(path, request.now)
        if mark is None:
            continue
        if mark == known_marks.get(name):
            marks[name] = mark
            if has_changed:
                newer[name] = path
        elif not (request.skip_recent and 0 <= age_s < reader.record_type.options.quiet_s):
            has_changed = True
            with suppress(InvalidFileError, OSError):
                index.add(name, path, as_of=as_of(name, path))
                marks[name] = mark
    return marks, newer
