"""Reads the records of an XML document, one at a time, so that memory stays flat.

The file is whole if its last end tag is there. A DOCTYPE is refused: entities could read other
files, or need more memory than there is.
"""

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO
from xml.parsers import expat

from ordosync import progress
from ordosync.accounts.files.formats.record_rows import RecordRows
from ordosync.accounts.files.formats.rows import LONGEST_TEXT, InvalidFileError, Row
from ordosync.accounts.files.formats.xml_elements import Element, XmlTree, name_of
from ordosync.accounts.files.input_options.input_files import InputFiles
from ordosync.accounts.files.input_options.record_paths import EACH, xml_steps
from ordosync.regular_files import open_regular

_BLOCK = 64 * 1024
_DEEPEST = 100
_MOST_NAMES = 50
_CUT = (
    expat.errors.XML_ERROR_NO_ELEMENTS,
    expat.errors.XML_ERROR_UNCLOSED_TOKEN,
    expat.errors.XML_ERROR_PARTIAL_CHAR,
    expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
)


class XmlRecord:
    """A record, and its place in the bytes of the file."""

    def __init__(self, number: int, tag: str, start: int) -> None:
        self.number = number
        self.tag = tag
        self.start = start
        self.end: int | None = None
        """Known once the next part of the file was read; None if there is none."""
        self.element = Element()


def xml_rows(path: Path, options: InputFiles) -> Iterator[Row]:
    """Yield the rows of a document. Raises `InvalidFileError` and `OSError`."""
    with open_regular(path) as file:
        for _, rows in xml_records(file, options):
            yield from rows


def xml_records(file: BinaryIO, options: InputFiles) -> Iterator[tuple[XmlRecord, Iterable[Row]]]:
    """Yield the records of a document, each with its rows, which are made as they are read.

    Raises `InvalidFileError`.
    """
    if not options.record or EACH in options.record:
        raise InvalidFileError("is XML; set `record`, such as orders/order")
    parser, records = _Parser(options.record), RecordRows(XmlTree(), options)
    while block := file.read(_BLOCK):
        progress.reached(file.tell())
        for record in parser.parse(block):
            element = record.element
            # A record without any text is ignored.
            yield record, () if element.is_blank() else records.rows(record.number, element)
    parser.finish()


class _Parser:
    """Collects the elements of records."""

    def __init__(self, path: str) -> None:
        self._steps = xml_steps(path)
        self._read = 0
        """The number of bytes so far."""
        self._depth = 0
        self._matched = 0
        """The number of steps of the path that lead to the open elements."""
        self._farthest = 0
        """The largest such number so far."""
        self._other_names: Counter[str] = Counter()
        """Names of elements where the next step of the path was searched."""
        self._open: list[Element] = []
        """The open elements of a record."""
        self._record = XmlRecord(0, "", 0)
        self._finished: list[XmlRecord] = []
        self._expat = self._new_expat()

    def _new_expat(self) -> expat.XMLParserType:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.ordered_attributes = True
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        return parser

    def parse(self, block: bytes, *, is_last: bool = False) -> Sequence[XmlRecord]:
        """Return the records that end in a block. Raises `InvalidFileError`."""
        self._finished = []
        try:
            self._expat.Parse(block, is_last)
        except expat.ExpatError as error:
            raise self._invalid(error) from error
        except (ValueError, LookupError) as error:
            raise self._error("has an encoding that is not known") from error
        self._read += len(block)
        start = self._record.start if self._open else self._expat.CurrentByteIndex
        if self._read - start > LONGEST_TEXT:
            raise self._error(f"has a part of more than {LONGEST_TEXT} bytes")
        return self._finished

    def finish(self) -> None:
        """Raise `InvalidFileError` if the document is not whole, or has no such records."""
        self.parse(b"", is_last=True)
        if self._record.number:
            return
        missing, is_last = self._steps[self._farthest], self._farthest == len(self._steps) - 1
        # The element around the records may be empty, or have facts about the file.
        if not is_last or _may_be_records(self._other_names, missing):
            problem = f"has no element {missing!a}, as `record` says"
            raise InvalidFileError(problem, columns=tuple(self._other_names))

    def _refuse_doctype(self, name: str, *_: object) -> None:
        if name.casefold() == "html":
            raise InvalidFileError("is a web page, not data")
        raise self._error("has a DOCTYPE, which is refused; export it without")

    def _start(self, tag: str, attributes: Sequence[str]) -> None:
        self._note_end()
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._error(f"has elements in more than {_DEEPEST} levels")
        if self._open:
            element = self._open[-1].add(name_of(tag) if ":" in tag else tag)
        elif self._is_record(tag):
            start = self._expat.CurrentByteIndex
            self._record = XmlRecord(self._record.number + 1, tag, start)
            element = self._record.element
        else:
            return
        self._open.append(element)
        if attributes:
            element.add_attributes(attributes)

    def _is_record(self, tag: str) -> bool:
        """True if the path of records leads to an element that starts."""
        if self._matched != self._depth - 1:
            return False
        name = name_of(tag)
        if name == self._steps[self._matched]:
            self._matched += 1
            if self._matched > self._farthest:
                self._farthest, self._other_names = self._matched, Counter()
        elif self._matched == self._farthest and len(self._other_names) < _MOST_NAMES:
            self._other_names[name] += 1
        return self._matched == len(self._steps)

    def _end(self, _: str) -> None:
        self._note_end()
        if self._matched == self._depth:
            self._matched -= 1
        self._depth -= 1
        if self._open:
            self._open.pop()
            if not self._open:
                self._finished.append(self._record)

    def _text(self, text: str) -> None:
        self._note_end()
        if self._open:
            self._open[-1].add_text(text)

    def _note_end(self) -> None:
        """Note the end of the last record: it is where the part after it begins."""
        if not self._open and self._record.end is None:
            self._record.end = self._expat.CurrentByteIndex

    def _invalid(self, error: expat.ExpatError) -> InvalidFileError:
        problem = expat.ErrorString(error.code)
        if problem in _CUT:
            return self._error("ends too early; it may have been cut")
        return self._error(f"is not XML (line {error.lineno}: {problem})")

    def _error(self, problem: str) -> InvalidFileError:
        """Return the error of a file, with the place."""
        whole = self._record.number - bool(self._open)
        return InvalidFileError(f"{problem} (after record {whole})")


def _may_be_records(names: Counter[str], missing: str) -> bool:
    """True if elements of other names may be those that the path means."""
    known = {name.casefold() for name in names}
    is_similar = difflib.get_close_matches(missing.casefold(), known, n=1)
    return bool(is_similar) or any(count > 1 for count in names.values())
