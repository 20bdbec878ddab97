"""Checks of the files that an account reads, for `config check --online`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ordosync.accounts.account import CheckResult
from ordosync.accounts.files.file_listing import as_of
from ordosync.accounts.files.file_reader import FileReader
from ordosync.accounts.files.formats.rows import InvalidFileError
from ordosync.accounts.files.record_types import RecordType
from ordosync.accounts.files.rejections import without_skipped
from ordosync.accounts.files.row_index import RowIndex
from ordosync.errors import AccountError
from ordosync.models import InvalidRecord, Page


def check_files(reader: FileReader[Any]) -> Iterator[CheckResult]:
    """Report whether the newest file can be read by the options, and how many records it has."""
    record_type = reader.record_type
    try:
        files = reader.files()
    except AccountError as error:
        yield CheckResult(text=str(error), is_problem=True)
        return
    if not files:
        yield CheckResult(text=f"{record_type.name}: no file matches {record_type.options.glob}")
        return
    name, path = list(files.items())[-1]
    try:
        yield _check_newest(record_type, name, path)
    except (InvalidFileError, OSError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        columns = getattr(error, "columns", ())
        found = f" (its columns: {', '.join(columns)})" if columns else ""
        yield CheckResult(text=f"{record_type.name}: {name}: {reason}{found}", is_problem=True)


def _check_newest(record_type: RecordType[Any], name: str, path: Path) -> CheckResult:
    index: RowIndex[Any] = RowIndex(record_type)
    try:
        index.add(name, path, as_of=as_of(name, path))
        valid, invalid = 0, []
        pages = (Page(items=tuple(items.values())) for items in index.pages())
        for page in without_skipped(pages):
            invalid += [item.reason for item in page.items if isinstance(item, InvalidRecord)]
            valid += sum(not isinstance(item, InvalidRecord) for item in page.items)
    finally:
        index.close()
    text = f"{record_type.name}: {name} has {valid} that can be read"
    if invalid:
        text += f", and {len(invalid)} that cannot; the first: {invalid[0]}"
    return CheckResult(text=text, is_problem=bool(invalid) and not valid)
