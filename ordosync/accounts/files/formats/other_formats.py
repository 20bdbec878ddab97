"""Recognises a file that has the suffix or the `format` of another one by its beginning."""

import codecs
import re
from pathlib import Path

from ordosync.accounts.files.input_options.file_formats import Format
from ordosync.regular_files import open_regular

_BEGINNING = 4096
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_PAGE = re.compile(rb"<(!doctype\s+html|html)\b", re.IGNORECASE)
_XML = re.compile(rb"<\?xml\s|<[^\s<>,;|\"]+(\s[^<>]*)?>\s*<", re.IGNORECASE)
_JSON = re.compile(rb"[\[{]\s*[\[{\"\]}]")
_JSON_OF_LINES = re.compile(rb"\[|\{\s*\n")


def other_format(path: Path, format_: Format) -> str:
    """Return what a file that cannot be read is, and what to do; empty if that is not known.

    The reader of workbooks does this by itself.
    """
    if format_ in ("xlsx", "xls"):
        return ""
    beginning = _beginning(path)
    if _PAGE.match(beginning):
        return "is a web page, not data"
    if format_ != "xml" and _XML.match(beginning):
        return _named("XML", ".xml", "xml")
    # Each line of JSON lines is JSON, too.
    is_json = _JSON_OF_LINES if format_ == "jsonl" else _JSON
    if format_ != "json" and is_json.match(beginning):
        return _named("a JSON document", ".json", "json")
    return ""


def _named(what: str, suffix: str, format_: str) -> str:
    return f"is {what}; give it the suffix {suffix}, or set `format: {format_}`"


def _beginning(path: Path) -> bytes:
    with open_regular(path) as file:
        beginning = file.read(_BEGINNING)
    for mark in _MARKS:
        beginning = beginning.removeprefix(mark)
    # The letters of UTF-16 that are ASCII have a NUL beside them.
    return beginning.replace(b"\0", b"").lstrip()
