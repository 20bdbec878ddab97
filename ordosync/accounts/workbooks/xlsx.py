"""A sheet of an .xlsx file, read row by row."""

from collections.abc import Iterator
from typing import BinaryIO

from ordosync.accounts.workbooks.cell_types import CellTypes
from ordosync.accounts.workbooks.package import Package
from ordosync.accounts.workbooks.rows import (
    SheetRow,
    chosen,
    facts_of,
)
from ordosync.accounts.workbooks.shared_texts import SharedTexts
from ordosync.accounts.workbooks.sheet_parser import SheetParser
from ordosync.accounts.workbooks.workbook_parts import (
    cell_formats,
    read_shared_texts,
    workbook_info,
)
from ordosync.accounts.workbooks.xml_parts import parse


class XlsxSheet:
    """A sheet of an .xlsx file. Raises `InvalidWorkbookError`."""

    def __init__(self, file: BinaryIO, name: str, *, decimal: str) -> None:
        self._decimal = decimal
        self._package = Package(file)
        self._info = workbook_info(self._package)
        self._sheet = chosen(self._info.sheets, name)
        self.facts = facts_of(self._sheet, self._info.sheets)

    def rows(self) -> Iterator[SheetRow]:
        """Yield the rows with cells, from the top. Raises `InvalidWorkbookError`."""
        links, texts = self._info.links, SharedTexts()
        try:
            if "sharedStrings" in links:
                read_shared_texts(self._package, links["sharedStrings"], texts)
            cells = CellTypes(
                cell_formats(self._package, links["styles"]) if "styles" in links else (),
                texts,
                is_1904=self._info.is_1904,
                is_uncalculated=self._info.is_uncalculated,
                decimal=self._decimal,
            )
            sheet = SheetParser(cells, self.facts)
            blocks = self._package.blocks(self._sheet.part)
            for _ in parse(sheet.parser, blocks, self._sheet.part):
                yield from sheet.take()
        finally:
            texts.close()
