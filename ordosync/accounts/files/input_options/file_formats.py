"""Formats of files, and the suffixes that name them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

Format = Literal["csv", "jsonl", "json", "xml", "xlsx", "xls"]
DOCUMENTS: tuple[Format, ...] = ("json", "xml")
"""Formats in which a record is a part of the document, not a row."""
_BY_SUFFIX: Mapping[str, Format] = {
    ".csv": "csv",
    ".txt": "csv",
    ".tsv": "csv",
    ".jsonl": "jsonl",
    ".json": "json",
    ".xml": "xml",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".xls": "xls",
}


def format_by_suffix(path: Path) -> Format | None:
    """Return the format of a file name or of a pattern; None if its suffix does not tell."""
    return _BY_SUFFIX.get(path.suffix.lower())
