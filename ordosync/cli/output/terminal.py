"""Words for people, on standard error and standard output. Foreign text is made harmless here."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from ordosync.text import printable

_NARROWEST = 20
"""Columns of a terminal below which no line is broken for it."""
_unsaid: list[OSError] = []
"""Why standard error could not be written, since `prepare`."""


def prepare() -> None:
    """Let neither a locale nor a stream that was closed make printing fail."""
    _unsaid.clear()
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(encoding="utf-8", errors="backslashreplace")


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w")


def finish(code: int) -> int:
    """Write what the streams still hold; return `code`, or 1 where that or a word was lost.

    Nothing is left for the interpreter, which would end with a traceback and 120.
    """
    try:
        sys.stdout.flush()
    except OSError as error:
        lost = cannot_write(error)
        code = code or lost
    try:
        sys.stderr.flush()
    except OSError as error:
        _leave_unsaid(error)
    return code or int(bool(_unsaid))


def cannot_write(error: OSError) -> int:
    """Say that standard output cannot be written, and why; return the exit code."""
    _discard(sys.stdout)
    if isinstance(error, BrokenPipeError):  # its reader has seen enough
        return 0
    message(f"error: standard output cannot be written: {error.strerror or error}")
    return 1


def _discard(stream: TextIO) -> None:
    """Send what a stream holds, and what it is still given, to nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def message(text: str) -> None:
    """Tell people something, on standard error. What cannot be said stops no work."""
    try:
        sys.stderr.write("".join(f"{line}\n" for line in _lines(text, sys.stderr)))
        sys.stderr.flush()
    except OSError as error:
        _leave_unsaid(error)


def _leave_unsaid(error: OSError) -> None:
    if not isinstance(error, BrokenPipeError):
        _unsaid.append(error)
    _discard(sys.stderr)


def _lines(text: str, stream: TextIO) -> Iterator[str]:
    """Break lines between words, as far as a terminal is to show them."""
    width = shutil.get_terminal_size().columns if stream.isatty() else 0
    for line in text.splitlines():
        if width > _NARROWEST:
            import textwrap  # noqa: PLC0415 - only a terminal needs it

            yield from textwrap.wrap(
                printable(line), width, break_long_words=False, break_on_hyphens=False
            ) or [""]
        else:
            yield printable(line)


def result(text: str, *, wrapped: bool = False) -> None:
    """Write a line of a result; `wrapped` is one for people, which may be broken in two."""
    lines = _lines(text, sys.stdout) if wrapped else [printable(text)]
    sys.stdout.write("".join(f"{line}\n" for line in lines))
