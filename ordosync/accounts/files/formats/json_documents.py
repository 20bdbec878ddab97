"""Reads the records of a JSON document, one at a time, so that memory stays flat.

The file is whole if the document ends: all of it is read, also what is after the records.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple, TextIO

from ordosync.accounts.files.formats.json_values import DECODER, JsonTree, is_blank
from ordosync.accounts.files.formats.record_rows import RecordRows
from ordosync.accounts.files.formats.rows import LONGEST_TEXT, InvalidFileError, Row
from ordosync.accounts.files.input_options.input_files import InputFiles
from ordosync.accounts.files.input_options.record_paths import JsonStep, json_steps

_BLOCK = 256 * 1024
_BLANK = re.compile(r"[ \t\r\n]*")
_LONGEST_WORD = 10
"""The number of characters before the end of a text in which an incomplete word may begin."""
_LONGEST_SIGN = 3
"""The same of a number, such as `e+`."""
_MOST_KEYS = 50
_INVALID = "is not JSON"
_CUT = "ends too early; it may have been cut"


class JsonRecord(NamedTuple):
    """A record and its rows, which are made as they are read."""

    start: int
    """The place in the text of the file."""
    end: int
    rows: Iterable[Row]


def json_document_rows(file: TextIO, options: InputFiles) -> Iterator[Row]:
    """Yield the rows of a document. Raises `InvalidFileError`."""
    for record in json_records(file, options):
        yield from record.rows


def json_records(file: TextIO, options: InputFiles) -> Iterator[JsonRecord]:
    """Yield the records of a document. Raises `InvalidFileError`."""
    records = RecordRows(JsonTree(), options)
    text = _Text(file)
    for start, end, value in _values(text, json_steps(options.record)):
        text.record += 1
        yield JsonRecord(start, end, _rows(text.record, value, records))
    if text.peek():
        raise text.error("has more than one document; JSON lines need `format: jsonl`")


def _rows(number: int, value: Any, records: RecordRows[Any, JsonStep]) -> Iterable[Row]:
    if isinstance(value, dict):
        return () if is_blank(value) else records.rows(number, value)
    # A record that was removed is null.
    return () if value is None else [Row(number, {}, "is not a JSON object")]


def _values(text: "_Text", steps: Sequence[JsonStep]) -> Iterator[tuple[int, int, Any]]:
    """Yield each value to which a path leads, with its place."""
    if not steps:
        start = text.place()
        yield start, *text.value()
        return
    step, *rest = steps
    if not step.name:
        for _ in text.list_items():
            yield from _values(text, rest)
        return
    found: list[str] = []
    for key in text.object_keys():
        if key != step.name:
            text.skip()
        elif key in found:
            raise text.error(f"has the key {key!a} twice")
        elif step.is_list:
            yield from _values(text, [JsonStep("", is_list=True), *rest])
        else:
            yield from _values(text, rest)
        found.append(key)
    if step.name not in found:
        problem = f"has no key {step.name!a}, as `record` says"
        raise InvalidFileError(problem, columns=found[:_MOST_KEYS])


class _Text:
    """The text of a document, read in blocks, and a place in it."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._buffer = ""
        self._at = 0
        """The place in the buffer."""
        self._before = 0
        """The number of characters before the buffer."""
        self.record = 0
        """The number of records so far."""

    def place(self) -> int:
        """Return the place of the next value in the file."""
        self.peek()
        return self._before + self._at

    def peek(self) -> str:
        """Return the next character that is not blank; empty at the end of the file."""
        while True:
            blank = _BLANK.match(self._buffer, self._at)
            self._at = blank.end() if blank else self._at
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._read_on():
                return ""

    def list_items(self) -> Iterator[None]:
        """Yield once for each item of a list, whose value is then taken."""
        self._expect("[", "has no list where `record` says")
        if self.peek() == "]":
            self._at += 1
            return
        while True:
            yield
            if self._separator("]"):
                return

    def object_keys(self) -> Iterator[str]:
        """Yield each key of an object, whose value is then taken."""
        self._expect("{", "has no object where `record` says")
        if self.peek() == "}":
            self._at += 1
            return
        while True:
            if self.peek() != '"':
                raise self.error(_INVALID if self.peek() else _CUT)
            key = self.value()[1]
            self._expect(":")
            yield key
            if self._separator("}"):
                return

    def skip(self) -> None:
        """Pass over a value; only its parts need memory."""
        match self.peek():
            case "[":
                for _ in self.list_items():
                    self.value()
            case "{":
                for _ in self.object_keys():
                    self.value()
            case _:
                self.value()

    def value(self) -> tuple[int, Any]:
        """Take a value; return the place of its end with it."""
        self.peek()
        while True:
            try:
                value, end = DECODER.raw_decode(self._buffer, self._at)
            except json.JSONDecodeError as error:
                if not self._may_go_on(error):
                    raise self.error(_INVALID) from error
                if not self._read_on():
                    raise self.error(_CUT if self._is_cut(error) else _INVALID) from error
                continue
            except ValueError as error:
                raise self.error(_INVALID) from error
            except RecursionError as error:
                raise self.error("has parts in too many levels") from error
            # A number at the end of the buffer may go on, as in 12 and 12.5e+3.
            if end > len(self._buffer) - _LONGEST_SIGN and self._read_on():
                continue
            self._at = end
            return self._before + end, value

    def _may_go_on(self, error: json.JSONDecodeError) -> bool:
        """True if a value may only be incomplete in the buffer."""
        return self._is_cut(error) or error.pos >= len(self._buffer) - _LONGEST_WORD

    def _is_cut(self, error: json.JSONDecodeError) -> bool:
        is_at_end = error.pos >= len(self._buffer.rstrip())
        return is_at_end or error.msg.startswith("Unterminated")

    def error(self, problem: str) -> InvalidFileError:
        """Return the error of a file, with the place."""
        return InvalidFileError(f"{problem} (after record {self.record})")

    def _separator(self, end: str) -> bool:
        """Take a comma or the end of a list or object; return True at the end."""
        if self.peek() == end:
            self._at += 1
            return True
        self._expect(",")
        return False

    def _expect(self, char: str, problem: str = _INVALID) -> None:
        found = self.peek()
        if not found:
            raise self.error(_CUT)
        if found != char:
            # Raises another error if there is no value at all.
            self.value()
            raise self.error(problem)
        self._at += 1

    def _read_on(self) -> bool:
        """Add a block to the buffer; return False at the end of the file."""
        left = self._buffer[self._at :]
        if len(left) > LONGEST_TEXT:
            raise self.error(f"has a part of more than {LONGEST_TEXT} characters")
        # Twice as much each time, since the part is read again from its start.
        block = self._file.read(max(_BLOCK, len(left)))
        if block:
            self._before += self._at
            self._buffer, self._at = left + block, 0
        return bool(block)
