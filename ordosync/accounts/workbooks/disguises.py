"""Kinds of files under the name of a workbook, by their first bytes."""

from typing import BinaryIO

from ordosync.accounts.workbooks.rows import InvalidWorkbookError, WorkbookFormat

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_STARTS: dict[WorkbookFormat, tuple[bytes, ...]] = {
    "xlsx": (ZIP,),
    "xls": (OLE, b"\x09\x00", b"\x09\x02", b"\x09\x04", b"\x09\x08"),
}
"""The first bytes of each format; the oldest .xls files have no container."""
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OLD = "an old .xls workbook, not .xlsx; name it .xls"
_BLOCK = 1024 * 1024
_START = 1024
_NAMES: tuple[tuple[bytes, str], ...] = (
    (b"PK\x05\x06", "an empty ZIP file"),
    (b"%PDF", "a PDF document; save the sheet as .xlsx"),
    (b"{\\rtf", "a text document; save the sheet as .xlsx"),
    (b"\x1f\x8b", "a compressed file; unpack it"),
)


def check_start(file: BinaryIO, form: WorkbookFormat) -> None:
    """Raise `InvalidWorkbookError` if a file is of another kind than its name says."""
    start = file.read(_START)
    file.seek(0)
    if not start.startswith(_STARTS[form]):
        raise InvalidWorkbookError(f"is {_kind(start, file)}")


def _kind(start: bytes, file: BinaryIO) -> str:
    if not start:
        return "empty; a workbook is never empty"
    if start.startswith(ZIP):
        return "an .xlsx workbook or another ZIP file, not .xls; name it .xlsx"
    if start.startswith(OLE):
        is_protected = _has(file, _ENCRYPTED)
        return "protected by a password; save it without one" if is_protected else _OLD
    for known, name in _NAMES:
        if start.startswith(known):
            return name
    return _kind_of_text(start)


def _kind_of_text(start: bytes) -> str:
    text = (
        start.removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"").lstrip(b"\xff\xfe\r\n\t ").lower()
    )
    if text.startswith(b"<"):
        is_html = b"<html" in text or b"<table" in text or text.startswith(b"<!doctype html")
        return f"{'HTML' if is_html else 'XML'}, not a workbook; save its sheet as .xlsx"
    if b"\0" in start and not start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "not a workbook"
    return "text, not a workbook; if it is CSV, name it .csv or set `format: csv`"


def _has(file: BinaryIO, text: bytes) -> bool:
    rest = b""
    while block := file.read(_BLOCK):
        if text in rest + block:
            return True
        rest = block[-len(text) :]
    return False
