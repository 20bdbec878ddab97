"""Texts of the cells of an .xlsx file, by the type of a cell and the format of its number."""

from collections.abc import Sequence

from ordosync.accounts.workbooks.cells import (
    boolean_text,
    checked,
    date_text,
    error_in,
    number_text,
    unescaped,
)
from ordosync.accounts.workbooks.number_formats import GENERAL, NumberFormat
from ordosync.accounts.workbooks.rows import CellError
from ordosync.accounts.workbooks.shared_texts import SharedTexts

_NO_RESULT = "holds a formula that was not calculated; save the file in a spreadsheet"


class CellTypes:
    """Texts of cells in one workbook."""

    def __init__(
        self,
        formats: Sequence[NumberFormat],
        texts: SharedTexts,
        *,
        is_1904: bool,
        is_uncalculated: bool,
        decimal: str,
    ) -> None:
        self._formats = formats
        self._texts = texts
        self._is_1904 = is_1904
        self._is_uncalculated = is_uncalculated
        self._decimal = decimal

    def text(self, attributes: dict[str, str], value: str | None, *, has_formula: bool) -> str:
        """Return the text of a cell; its value is None if it has none. Raises `CellError`."""
        type_ = attributes.get("t", "n")
        if has_formula and self._has_no_result(type_, value):
            raise CellError(_NO_RESULT)
        if not value:
            return ""
        match type_:
            case "n":
                form = self._format(attributes.get("s"))
                return number_text(
                    value.strip(), form, is_1904=self._is_1904, decimal=self._decimal
                )
            case "s":
                return checked(self._shared(value))
            case "str" | "inlineStr":
                return checked(unescaped(value))
            case "b":
                return boolean_text(value.strip())
            case "d":
                return date_text(value.strip())
            case "e":
                raise error_in(value)
        raise CellError("holds a value of an unknown type")

    def _has_no_result(self, type_: str, value: str | None) -> bool:
        """True if a formula was not calculated: some programs leave its result out, or write 0."""
        if type_ == "str":
            return value is None
        return not value or (self._is_uncalculated and value == "0" and type_ == "n")

    def _format(self, style: str | None) -> NumberFormat:
        if style is None or not style.isdecimal():
            return self._formats[0] if self._formats else GENERAL
        return self._formats[int(style)] if int(style) < len(self._formats) else GENERAL

    def _shared(self, value: str) -> str:
        try:
            return self._texts[int(value)]
        except (ValueError, IndexError):
            raise CellError("refers to a text that the file does not have") from None
