"""Parser of a sheet of an .xlsx file: collects the rows of the blocks that were parsed."""

import re

from ordosync.accounts.workbooks.cell_types import CellTypes
from ordosync.accounts.workbooks.rows import (
    MAX_COLUMNS,
    MAX_FACTS,
    MAX_ROWS,
    CellError,
    InvalidWorkbookError,
    SheetFacts,
    SheetRow,
)
from ordosync.accounts.workbooks.workbook_parts import shorten
from ordosync.accounts.workbooks.xml_parts import names, new_parser

_NAMES = names("row", "c", "v", "is", "t", "rPh", "f", "sheetData", "worksheet", "mergeCell")
_LETTERS = re.compile("[A-Z]{1,3}")
_ROW = re.compile("[1-9][0-9]{0,6}")
_LONGEST_RANGE = 40
_TRUE = ("1", "true")


class SheetParser:
    """The state of the parser between two elements."""

    def __init__(self, cells: CellTypes, facts: SheetFacts) -> None:
        self._cells = cells
        self._facts = facts
        self._rows: list[SheetRow] = []
        self._columns: dict[str, int] = {}
        """The index of each column by its letters."""
        self._number = 0
        self._row = ""
        self._texts: list[str] = []
        self._problems: dict[int, str] = {}
        self._next = 0
        """The index of the next cell, if it has no reference."""
        self._attributes: dict[str, str] = {}
        self._pieces: list[str] = []
        self._has_value = self._has_formula = self._is_phonetic = False
        self.parser = new_parser()
        self.parser.StartElementHandler = self._start_of_part

    def take(self) -> list[SheetRow]:
        """Return the rows since the last call."""
        rows = self._rows
        self._rows = []
        shorten(self._pieces)
        return rows

    def _start_of_part(self, tag: str, _: dict[str, str]) -> None:
        if _NAMES.get(tag) != "worksheet":
            raise InvalidWorkbookError("is damaged: its sheet is not a sheet")
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = _NAMES.get(tag)
        if name == "c":
            self._attributes = attributes
            self._pieces.clear()
            self._has_value = self._has_formula = False
        elif name == "v":
            self._has_value = True
            self.parser.CharacterDataHandler = self._pieces.append
        elif name == "row":
            self._start_row(attributes)
        elif name == "f":
            self._has_formula = True
        elif name == "t" and not self._is_phonetic:
            self.parser.CharacterDataHandler = self._pieces.append
        elif name == "rPh":
            self._is_phonetic = True

    def _end(self, tag: str) -> None:
        name = _NAMES.get(tag)
        if name in ("v", "t"):
            self.parser.CharacterDataHandler = None
        elif name == "c":
            self._end_cell()
        elif name == "row":
            if self._texts:
                self._rows.append(SheetRow(self._number, self._texts, self._problems))
        elif name == "rPh":
            self._is_phonetic = False
        elif name == "sheetData":
            self.parser.StartElementHandler = self._start_after_rows
            self.parser.EndElementHandler = None

    def _start_after_rows(self, tag: str, attributes: dict[str, str]) -> None:
        if _NAMES.get(tag) == "mergeCell" and len(self._facts.merged_cells) < MAX_FACTS:
            self._facts.merged_cells.append(attributes.get("ref", "")[:_LONGEST_RANGE])

    def _start_row(self, attributes: dict[str, str]) -> None:
        text = attributes.get("r") or str(self._number + 1)
        number = int(text) if _ROW.fullmatch(text) else 0
        if not self._number < number <= MAX_ROWS:
            raise InvalidWorkbookError(
                f"is damaged: the row after row {self._number} has a wrong number"
            )
        self._number, self._row = number, text
        self._texts, self._problems, self._next = [], {}, 0
        if attributes.get("hidden") in _TRUE and len(self._facts.hidden_rows) < MAX_FACTS:
            self._facts.hidden_rows.append(number)

    def _end_cell(self) -> None:
        index = self._index()
        self._next = index + 1
        pieces, texts = self._pieces, self._texts
        if not pieces and not self._has_formula:
            return
        if index >= MAX_COLUMNS:
            raise InvalidWorkbookError(
                f"has a cell in {self._attributes.get('r') or f'row {self._number}'!a}; at most"
                f" {MAX_COLUMNS} columns are read, so delete all columns after the last one"
            )
        if index < len(texts):
            raise InvalidWorkbookError(f"is damaged: the cells of row {self._number} are mixed up")
        texts.extend([""] * (index - len(texts)))
        texts.append(self._text(index))

    def _text(self, index: int) -> str:
        has_formula, value = self._has_formula, "".join(self._pieces)
        self._facts.formulas += has_formula
        try:
            return self._cells.text(
                self._attributes,
                value if value or self._has_value else None,
                has_formula=has_formula,
            )
        except CellError as error:
            self._problems[index] = str(error)
            return ""

    def _index(self) -> int:
        """Return the index of the current cell: `B4` is 1."""
        reference = self._attributes.get("r")
        if reference is None:
            return self._next
        letters = reference.removesuffix(self._row)
        index = self._columns.get(letters)
        if index is None:
            if not _LETTERS.fullmatch(letters):
                raise InvalidWorkbookError(f"is damaged: row {self._row} has a wrong cell")
            index = 0
            for letter in letters:
                index = index * 26 + ord(letter) - ord("A") + 1
            index = self._columns[letters] = index - 1
        return index
