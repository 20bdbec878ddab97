"""The format of a file, as the options and its bytes show it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ordosync.accounts.feeds import FeedFormat
from ordosync.accounts.files.feed_check.headers import configured_header
from ordosync.accounts.files.feed_check.samples import (
    SampleRow,
    sample_in,
    sample_of,
)
from ordosync.accounts.files.formats.file_rows import format_of
from ordosync.accounts.files.formats.text_files import is_encoded
from ordosync.accounts.files.input_options.input_files import InputFiles
from ordosync.accounts.option_types import names_of


@dataclass(frozen=True, kw_only=True)
class FoundFormat:
    """The format of a file with its header."""

    format: FeedFormat
    header: Sequence[str]
    """The columns; none if there is no header."""


def found_format(path: Path, options: InputFiles) -> FoundFormat:
    """Return the format of a file that is read by these options. Raises `OSError`."""
    name = format_of(path, options)
    if name in ("xlsx", "xls"):
        # Only a workbook needs ZIP files and XML.
        from ordosync.accounts.files.feed_check.workbook_samples import (  # noqa: PLC0415
            workbook_sample,
        )

        sample = workbook_sample(path, "xls" if name == "xls" else "xlsx", options.sheet)
        return _with_header(sample.format, sample.rows, options)
    if name != "csv":
        return _document(path, name)
    encoding = _encoding(path, options)
    found = FeedFormat(name=name, encoding=encoding, delimiter=options.delimiter)
    return _with_header(found, sample_in(path, encoding, options.delimiter), options)


def _document(path: Path, name: str) -> FoundFormat:
    """Return the format of a document, with the paths in its first records."""
    sample = sample_of(path)
    if sample.format.name != name or sample.paths is None:
        return FoundFormat(format=FeedFormat(name=name), header=())
    return FoundFormat(format=sample.format, header=list(sample.paths.values()))


def _with_header(found: FeedFormat, rows: Sequence[SampleRow], options: InputFiles) -> FoundFormat:
    if options.header.is_missing:
        width = max((len(row) for _, row in rows), default=0)
        return FoundFormat(format=found, header=[str(at) for at in range(1, width + 1)])
    row, header = configured_header(rows, options) or (None, ())
    return FoundFormat(format=replace(found, header_row=row), header=header)


def _encoding(path: Path, options: InputFiles) -> str:
    """Return the first of the encodings that decodes the file."""
    encodings = names_of(options.encoding)
    return next((each for each in encodings if is_encoded(path, each)), encodings[0])
