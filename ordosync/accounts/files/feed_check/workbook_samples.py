"""The first rows of a sheet of a workbook."""

from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from ordosync.accounts.feeds import FeedFormat
from ordosync.accounts.files.feed_check.samples import Sample
from ordosync.accounts.workbooks.opening import open_sheet
from ordosync.accounts.workbooks.package import Package
from ordosync.accounts.workbooks.rows import InvalidWorkbookError, Sheet, WorkbookFormat
from ordosync.accounts.workbooks.workbook_parts import workbook_info
from ordosync.regular_files import open_regular

_MOST_ROWS = 500


def workbook_sample(path: Path, form: WorkbookFormat, name: str = "") -> Sample:
    """Return the first rows of a sheet: of this name, the only visible one, or the first one.

    Raises `OSError`.
    """
    empty = Sample(format=FeedFormat(name=form), rows=())
    try:
        with open_regular(path) as file:
            sheet, options = _sheet(file, form, name)
            rows = [(row.number, row.texts) for row in islice(sheet.rows(), _MOST_ROWS)]
            found = replace(empty.format, sheet=sheet.facts.name)
            return Sample(format=found, rows=rows, options=options)
    except InvalidWorkbookError as error:
        return replace(empty, problem=str(error))


def _sheet(file: BinaryIO, form: WorkbookFormat, name: str) -> tuple[Sheet, dict[str, str]]:
    """Return a sheet, and the option that names it if there are several."""
    try:
        return open_sheet(file, form, name), {}
    except InvalidWorkbookError:
        if form == "xls" or name:
            raise
    visible = [sheet.name for sheet in workbook_info(Package(file)).sheets if not sheet.is_hidden]
    first = visible[0] if visible else ""
    return open_sheet(file, form, first), {"sheet": first}
