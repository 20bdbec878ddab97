"""Files and rows that cannot be used, and the reason."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from ordosync.accounts.files.formats.file_rows import format_of
from ordosync.accounts.files.formats.rows import Row
from ordosync.accounts.files.input_options.file_formats import DOCUMENTS
from ordosync.accounts.files.input_options.input_files import InputFiles
from ordosync.accounts.files.parsing.converters import InvalidRowError
from ordosync.accounts.files.reading.file_listing import folder_of
from ordosync.models import InvalidRecord, Page
from ordosync.regular_files import open_regular

T = TypeVar("T")
WHOLE_EXPORT = "export all pages as one file"


def id_of_file(name: str) -> str:
    """Return the id of a file that cannot be used."""
    return f"file:{name}"


def id_of_row(name: str, row: Row) -> str:
    """Return the id of a row that cannot be used and belongs to no record."""
    return f"{id_of_file(name)}:{row.number}"


def is_of(id_: str, name: str) -> bool:
    """True if an id is that of a file, or of a row in it."""
    return id_ == id_of_file(name) or id_.startswith(f"{id_of_file(name)}:")


def place_of(name: str, options: InputFiles) -> str:
    """Return the name of a file with its folder, for a reason."""
    return str(Path(folder_of(options.glob).name, name))


def place_of_row(name: str, row: Row, options: InputFiles) -> str:
    """Return the file and the number of a row, for a reason."""
    return f"{place_of(name, options)} {numbered(name, row, options)}"


def reason_of(name: str, error: InvalidRowError, options: InputFiles) -> str:
    """Return the reason why a row cannot be used, with its file and number."""
    other = f" {numbered(name, error.other, options)}" if error.other else ""
    return f"{place_of_row(name, error.row, options)}: {error}{other}"


def numbered(name: str, row: Row, options: InputFiles) -> str:
    """Return the number of a row, or of its record in a document, for a reason."""
    is_document = format_of(Path(name), options) in DOCUMENTS
    return f"{'record' if is_document else 'row'} {row.number}"


def invalid_file(name: str, path: Path, error: Exception, options: InputFiles) -> InvalidRecord:
    """Return the record of a file of which no row was used."""
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return InvalidRecord(
        id=id_of_file(name),
        code="invalid.file",
        reason=f"{place_of(name, options)}: {reason}; no row was used; fix the file or its mapping",
        content=f"{options.fingerprint}-{_digest(path)}",
        is_whole_file=True,
    )


def unreadable(problems: Mapping[str, str], options: InputFiles) -> dict[str, InvalidRecord]:
    """Return the records of files at a place that cannot be fetched, by their id."""
    return {
        id_of_file(name): InvalidRecord(
            id=id_of_file(name),
            code="invalid.file",
            reason=f"{place_of(name, options)}: {reason}",
            content=hashlib.sha256(reason.encode()).hexdigest()[:32],
            is_whole_file=True,
        )
        for name, reason in problems.items()
    }


def without_problem(names: Iterable[str], problems: Iterable[str]) -> frozenset[str]:
    """Return the files of which neither the file nor a row has a problem, by its id."""
    ids = list(problems)
    return frozenset(name for name in names if not any(is_of(id_, name) for id_ in ids))


def reasons(items: Mapping[str, object]) -> dict[str, str]:
    """Return the reasons of those of these records that must be fixed, by key."""
    return {
        key: item.reason
        for key, item in items.items()
        if isinstance(item, InvalidRecord) and not item.is_skipped
    }


def source_ids(items: Mapping[str, object]) -> frozenset[str]:
    """Return the ids of items that are not records, such as a row without a number."""
    return frozenset(
        item.id for item in items.values() if isinstance(item, InvalidRecord) and item.is_whole_file
    )


def without_skipped(pages: Iterator[Page[T | InvalidRecord]]) -> Iterator[Page[T | InvalidRecord]]:
    """Leave out rows that a rule skips: they are not parcels yet, or stock of others."""
    for page in pages:
        items = tuple(
            item for item in page.items if not (isinstance(item, InvalidRecord) and item.is_skipped)
        )
        yield Page(items=items, cursor=page.cursor)


def _digest(path: Path) -> str:
    try:
        with open_regular(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:32]
    except OSError:
        return "unreadable"
