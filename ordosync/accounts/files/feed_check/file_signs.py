"""Signs in a file as a whole: blank rows, a last row that was cut, hidden parts of a workbook."""

import csv
import io
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from ordosync.accounts.feeds import MOST_EXAMPLES, FeedFinding, FeedFormat
from ordosync.accounts.files.feed_check.damage import Places
from ordosync.accounts.files.formats.file_rows import read_rows
from ordosync.accounts.files.formats.rows import LONGEST_TEXT, InvalidFileError
from ordosync.accounts.files.input_options.input_files import InputFiles
from ordosync.accounts.workbooks.rows import WorkbookFormat
from ordosync.regular_files import open_regular
from ordosync.text import plural

_TEXTS = ("csv", "jsonl")
_FEWEST_TEXTS = 2
"""Texts of a row of data; a remark below the data has one."""


def file_findings(
    path: Path, found: FeedFormat, options: InputFiles, *, last_row: int
) -> Iterator[FeedFinding]:
    """Yield the signs in a file. Raises `InvalidFileError` and `OSError`.

    `last_row` is the last row of the data.
    """
    if found.name in ("xlsx", "xls"):
        yield from _of_workbook(path, "xls" if found.name == "xls" else "xlsx", options)
    if found.name == "csv":
        yield from _blank_rows(path, found, last_row)
    if not last_row:
        yield FeedFinding(code="empty", text="the file has no data")
    if options.until is not None:
        yield from _after_end(path, options, last_row)
    if found.name in _TEXTS and _is_cut(path):
        yield FeedFinding(
            code="cut",
            text="the last row has no line end, so the file may have been cut; `whole: newline`"
            " refuses such a file",
        )


def _after_end(path: Path, options: InputFiles, last_row: int) -> Iterator[FeedFinding]:
    """Yield the rows after the one that ends the data, if they look like data, too."""
    places = Places()
    with suppress(InvalidFileError):
        after = (each for each in read_rows(path, replace(options, until=None)))
        end = next((each.number for each in after if each.number > last_row), None)
        for row in after:
            if sum(map(bool, row.cells.values())) >= _FEWEST_TEXTS:
                places.add(row)
    if places.count:
        text = f"ignored, since row {end} ends the data by `until`; check its pattern"
        yield places.finding("after-end", text)


def _blank_rows(path: Path, found: FeedFormat, last_row: int) -> Iterator[FeedFinding]:
    count, rows, blank = 0, list[int](), list[int]()
    for number, has_text in _rows(path, found):
        if number > last_row:
            break
        if not has_text:
            blank.append(number)
        elif blank:
            count += len(blank)
            rows += blank[: MOST_EXAMPLES - len(rows)]
            blank = []
    if count:
        text = "blank rows stand between others, and are ignored"
        yield FeedFinding(code="blank-rows", text=text, count=count, rows=tuple(rows))


def _rows(path: Path, found: FeedFormat) -> Iterator[tuple[int, bool]]:
    """Yield the number of each row after the header; True if it has any text."""
    csv.field_size_limit(LONGEST_TEXT)
    with io.TextIOWrapper(open_regular(path), found.encoding, errors="replace", newline="") as file:
        reader = csv.reader(file, delimiter=found.delimiter)
        last = 0
        for cells in reader:
            number, last = last + 1, reader.line_num
            if number > (found.header_row or 0):
                yield number, any(map(str.strip, cells))


def _is_cut(path: Path) -> bool:
    with open_regular(path) as file:
        if not file.seek(0, os.SEEK_END):
            return False
        file.seek(-1, os.SEEK_END)
        # The byte after the line end is the second one of UTF-16.
        return file.read(1) not in (b"\n", b"\r", b"\0", b"\x1a")


def _of_workbook(path: Path, form: WorkbookFormat, options: InputFiles) -> Iterator[FeedFinding]:
    # Only a workbook needs ZIP files and XML.
    from ordosync.accounts.files.formats.workbooks import workbook_facts  # noqa: PLC0415

    facts = workbook_facts(path, form, options)
    if facts.hidden_rows:
        yield FeedFinding(
            code="hidden-rows",
            text="hidden rows are read, too",
            count=len(facts.hidden_rows),
            rows=tuple(facts.hidden_rows[:MOST_EXAMPLES]),
        )
    if others := (*facts.other_sheets, *facts.hidden_sheets):
        hidden = f" (hidden: {', '.join(facts.hidden_sheets)})" if facts.hidden_sheets else ""
        text = f"other sheets of the workbook are not read: {', '.join(others)}{hidden}"
        yield FeedFinding(code="other-sheets", text=text)
    if facts.merged_cells:
        shown = ", ".join(facts.merged_cells[:MOST_EXAMPLES])
        text = f"only the first cell of merged cells has a text: {shown}"
        yield FeedFinding(code="merged-cells", text=text)
    if facts.formulas:
        noun = plural(facts.formulas, "cell has", "cells have")
        text = f"{facts.formulas} {noun} the result of a formula, as the workbook was last saved"
        yield FeedFinding(code="formula-results", text=text, count=facts.formulas)
