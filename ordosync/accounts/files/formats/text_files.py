"""Text files: their encoding, and marks at their end that are not data.

An encoding is never guessed. Of several encodings, the first that fits the whole file is used.
"""

import codecs
import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TextIO

from ordosync.accounts.files.formats.rows import InvalidFileError
from ordosync.accounts.files.input_options.input_files import InputFiles
from ordosync.accounts.option_types import names_of
from ordosync.accounts.spreadsheets import WORKBOOKS
from ordosync.regular_files import open_regular

_BLOCK = 1024 * 1024
_OTHER_WORKBOOKS = (".ods", ".xlsb")
_LONGEST_START = max(map(len, WORKBOOKS))
_UTF8 = ("utf-8", "utf-8-sig")
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_END_MARKS = "\0\x1a"
"""Padding, and the end of a file in old systems (Ctrl-Z)."""
_LINE_ENDS = "\r\n"
_END = 16
"""The number of bytes that may have such marks; a text of two bytes a character has zeros."""


def encoding_of(path: Path, options: InputFiles) -> str:
    """Return the encoding of a file. Raises `InvalidFileError` if no configured one fits."""
    names = names_of(options.encoding)
    misfits = []
    for name in names:
        codec = codecs.lookup(name).name
        if reason := _misfit(path, codec, name):
            misfits.append(reason)
        elif len(names) == 1 or is_encoded(path, codec):
            return "utf-8-sig" if codec in _UTF8 else name
    if len(names) == 1:
        raise InvalidFileError(misfits[0])
    hint = f"; it {misfits[0]}" if misfits else ""
    raise InvalidFileError(f"is not {' or '.join(names)} text{hint}")


def open_text(path: Path, encoding: str) -> TextIO:
    """Open a text file; its line ends stay. Raises `InvalidFileError` for a workbook."""
    file = open_regular(path)
    start = file.read(_LONGEST_START)
    if start.startswith(WORKBOOKS):
        file.close()
        raise InvalidFileError(
            f"is a workbook of a spreadsheet; save its sheet as {_way_out(path, start)}"
        )
    file.seek(0)
    return io.TextIOWrapper(file, encoding=encoding, newline="")


def _way_out(path: Path, start: bytes) -> str:
    if path.suffix.lower() in _OTHER_WORKBOOKS:
        return "CSV or .xlsx"
    return f"CSV, or name it {'.xlsx' if start.startswith(WORKBOOKS[0]) else '.xls'}"


def data_lines(file: TextIO, path: Path, *, must_end: bool = False) -> Iterable[str]:
    """Return the lines of a file without the marks at its end.

    The iteration raises `InvalidFileError` if the last row `must_end` with a line end and does not.
    """
    if must_end or _has_end_marks(path):
        return _without_end_marks(file, must_end=must_end)
    return file


def not_text(path: Path, encoding: str) -> InvalidFileError:
    """Return the error for a file that its only encoding does not fit."""
    codec = codecs.lookup(encoding).name
    hint = "; try `encoding: cp1252`" if codec in _UTF8 else ""
    place = "" if _is_wide(codec) else f" (first in row {_first_misfit(path, codec)})"
    return InvalidFileError(f"is not {encoding} text{hint}{place}")


def _first_misfit(path: Path, codec: str) -> int:
    """Return the first line that is not text in an encoding."""
    with open_regular(path) as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode(codec)
            except UnicodeDecodeError:
                return number
    return 0


def _is_wide(codec: str) -> bool:
    """True if a character of an encoding has two bytes or more, so that bytes are no lines."""
    return codec.startswith(("utf-16", "utf-32"))


def _misfit(path: Path, codec: str, name: str) -> str:
    """Return the reason why a file is in another encoding, although this one may decode it."""
    with open_regular(path) as file:
        has_mark = file.read(2) in _UTF16_MARKS
    if has_mark and not _is_wide(codec):
        return f"is UTF-16 text, not {name}; set `encoding: utf-16`"
    if codec == "utf-16" and not has_mark:
        return "has no byte order mark of UTF-16; set `encoding: utf-16-le` if it is UTF-16 text"
    if not _is_wide(codec) and codec not in _UTF8 and _has_utf8(path):
        return f"is UTF-8 text, not {name}; set `encoding: utf-8`"
    return ""


def _has_utf8(path: Path) -> bool:
    """True if a file has letters other than ASCII, and all of them are UTF-8."""
    return not _is_ascii(path) and is_encoded(path, "utf-8")


def _is_ascii(path: Path) -> bool:
    with open_regular(path) as file:
        return all(block.isascii() for block in iter(lambda: file.read(_BLOCK), b""))


def is_encoded(path: Path, codec: str) -> bool:
    """True if all bytes of a file are text in this encoding."""
    decoder = codecs.getincrementaldecoder(codec)()
    try:
        with open_regular(path) as file:
            while block := file.read(_BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _has_end_marks(path: Path) -> bool:
    with open_regular(path) as file:
        size = file.seek(0, io.SEEK_END)
        file.seek(max(0, size - _END))
        return not set(file.read()).isdisjoint(_END_MARKS.encode())


def _without_end_marks(lines: Iterable[str], *, must_end: bool) -> Iterator[str]:
    end: list[str] = []
    for line in lines:
        # A line of marks only may be the end of the file.
        if line.strip(_END_MARKS + _LINE_ENDS):
            yield from end
            end.clear()
        end.append(line)
    last = "".join(end)
    data = last.rstrip(_END_MARKS + _LINE_ENDS)
    is_whole = not set(_LINE_ENDS).isdisjoint(last[len(data) :])
    if must_end and not is_whole:
        raise InvalidFileError("ends within a row, without a line end; it may be cut")
    if data:
        yield f"{data}\n" if is_whole else data
