"""XML of the parts of a workbook, parsed block by block by expat. A DOCTYPE is refused."""

from collections.abc import Iterable, Iterator
from xml.parsers.expat import ExpatError, ParserCreate, XMLParserType

from ordosync.accounts.workbooks.rows import InvalidWorkbookError

_SPREADSHEET = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
)
"""The namespaces of the transitional and of the strict form."""
RELATIONSHIPS = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
)
_LONGEST_TAG = 1024 * 1024
"""Expat 2.5 parses an unfinished tag again with each block, so a long one would take hours."""


def new_parser() -> XMLParserType:
    """Return a parser that refuses a DOCTYPE, and with it entities.

    The names of elements are full: the namespace, a blank and the name.
    """
    parser = ParserCreate(None, " ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def names(*local: str) -> dict[str, str]:
    """Return the names of elements by their full names."""
    return {f"{space} {name}": name for space in _SPREADSHEET for name in local}


def parse(parser: XMLParserType, blocks: Iterable[bytes], part: str) -> Iterator[None]:
    """Parse a part; yield after each block. Raises `InvalidWorkbookError`."""
    given = 0
    try:
        for block in blocks:
            parser.Parse(block)
            given += len(block)
            if given - parser.CurrentByteIndex > _LONGEST_TAG:
                raise InvalidWorkbookError(f"{part!a} has an XML tag of more than 1 MiB")
            yield
        parser.Parse(b"", True)
    # An unknown encoding is a LookupError, one that XML cannot have a ValueError.
    except (ExpatError, LookupError, ValueError) as error:
        line = parser.CurrentLineNumber
        raise InvalidWorkbookError(f"{part!a} is not valid XML in line {line}") from error
    yield


def parse_all(parser: XMLParserType, blocks: Iterable[bytes], part: str) -> None:
    """Parse a part to its end. Raises `InvalidWorkbookError`."""
    for _ in parse(parser, blocks, part):
        pass


def _refuse_doctype(*_: object) -> None:
    raise InvalidWorkbookError("has a DOCTYPE, which no workbook has")
