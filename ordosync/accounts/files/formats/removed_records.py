"""Removes records from a copy of a document, such as those of one person.

A removed record leaves an empty one, so that the numbers of the others stay. All other text stays
as it is.
"""

import codecs
from collections.abc import Callable
from pathlib import Path
from typing import TextIO
from xml.parsers import expat

from ordosync.accounts.files.formats.json_documents import json_records
from ordosync.accounts.files.formats.rows import Row
from ordosync.accounts.files.formats.xml_documents import xml_records
from ordosync.accounts.files.input_options.input_files import InputFiles
from ordosync.regular_files import open_regular

_BEGINNING = 1024
IsRemoved = Callable[[Row], bool]


def json_without(file: TextIO, options: InputFiles, is_removed: IsRemoved) -> str | None:
    """Return a document of JSON with null for removed records; None if it has none of them."""
    places = [
        (record.start, record.end)
        for record in json_records(file, options)
        if any(map(is_removed, record.rows))
    ]
    if not places:
        return None
    file.seek(0)
    text, kept, at = file.read(), [], 0
    for start, end in places:
        kept += [text[at:start], "null"]
        at = end
    return "".join([*kept, text[at:]])


def xml_without(path: Path, options: InputFiles, is_removed: IsRemoved) -> bytes | None:
    """Return a document of XML with empty elements for removed records; None if it has none."""
    with open_regular(path) as file:
        records = [
            record for record, rows in xml_records(file, options) if any(map(is_removed, rows))
        ]
        file.seek(0)
        content = file.read()
    if not records:
        return None
    encoding, kept, at = _encoding(content), [], 0
    for record in records:
        kept += [content[at : record.start], f"<{record.tag}/>".encode(encoding)]
        at = len(content) if record.end is None else record.end
    return b"".join([*kept, content[at:]])


def _encoding(content: bytes) -> str:
    """Return the encoding of a document of XML."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16-le" if content.startswith(codecs.BOM_UTF16_LE) else "utf-16-be"
    declared: list[str] = []

    def declare(_: str, encoding: str | None, __: int) -> None:
        declared.append(encoding or "utf-8")

    parser = expat.ParserCreate()
    parser.XmlDeclHandler = declare
    parser.Parse(content[:_BEGINNING], False)
    if declared and declared[0].casefold() == "utf-16":
        # Without a mark, the first character tells the sequence of its two bytes.
        return "utf-16-be" if content.startswith(b"\0") else "utf-16-le"
    return declared[0] if declared else "utf-8"
