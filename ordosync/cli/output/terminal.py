"""Writes messages to standard error and results to standard output, as printable text."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from ordosync.text import printable

_NARROWEST = 20
"""Width of a terminal, in columns, below which lines are not wrapped."""
_INDENT = " " * 4
"""Begins the further lines of a result, so that the next result stands out."""
_clears: list[Callable[[], None]] = []
"""Deletes the line of progress on the terminal, if one is shown."""
_renames: dict[str, str] = {}
"""Paths that are shown as other ones: those of copies, as those of the originals."""
_write_errors: list[OSError] = []
"""Errors of standard error since `prepare`."""


def prepare() -> None:
    """Set up the streams so that printing works in any locale and with a closed stream."""
    _write_errors.clear()
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(encoding="utf-8", errors="backslashreplace")


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w")


def finish(code: int) -> int:
    """Flush the streams; return `code`, or 1 if a part of the output was lost.

    Otherwise the interpreter would flush them and exit with a traceback and code 120.
    """
    try:
        sys.stdout.flush()
    except OSError as error:
        failure = cannot_write(error)
        code = code or failure
    try:
        sys.stderr.flush()
    except OSError as error:
        _note_error(error)
    return code or int(bool(_write_errors))


def cannot_write(error: OSError) -> int:
    """Report that standard output cannot be written; return the exit code."""
    _discard(sys.stdout)
    # The reader, such as `head`, has closed the pipe.
    if isinstance(error, BrokenPipeError):
        return 0
    message(f"error: standard output cannot be written: {error.strerror or error}")
    return 1


def _discard(stream: TextIO) -> None:
    """Discard the buffered and all further output of a stream."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


@contextmanager
def renaming(paths: Mapping[str, str]) -> Iterator[None]:
    """Show paths as other ones meanwhile."""
    _renames.update(paths)
    try:
        yield
    finally:
        _renames.clear()


@contextmanager
def below(clear: Callable[[], None]) -> Iterator[None]:
    """Call `clear` before anything is written meanwhile."""
    _clears.append(clear)
    try:
        yield
    finally:
        _clears.remove(clear)


def _renamed(text: str) -> str:
    for clear in _clears:
        clear()
    for path, shown in _renames.items():
        text = text.replace(path, shown)
    return text


def message(text: str) -> None:
    """Write a message to standard error. A failure to write does not stop the command."""
    try:
        sys.stderr.write("".join(f"{line}\n" for line in _lines(_renamed(text), sys.stderr)))
        sys.stderr.flush()
    except OSError as error:
        _note_error(error)


def _note_error(error: OSError) -> None:
    if not isinstance(error, BrokenPipeError):
        _write_errors.append(error)
    _discard(sys.stderr)


def _lines(text: str, stream: TextIO, *, indent: str = "") -> Iterator[str]:
    """Yield the lines of a text, wrapped between words on a terminal.

    A line that continues another one begins with `indent`.
    """
    width = shutil.get_terminal_size().columns if stream.isatty() else 0
    for line in text.splitlines():
        if width > _NARROWEST:
            import textwrap  # noqa: PLC0415 - only a terminal needs it

            yield from textwrap.wrap(
                printable(line),
                width,
                subsequent_indent=indent,
                break_long_words=False,
                break_on_hyphens=False,
            ) or [""]
        else:
            yield printable(line)


def result(text: str, *, wrapped: bool = False) -> None:
    """Write a line of a result to standard output; `wrapped` lines fit the terminal."""
    text = _renamed(text)
    lines = _lines(text, sys.stdout, indent=_INDENT) if wrapped else [printable(text)]
    sys.stdout.write("".join(f"{line}\n" for line in lines))
