"""A pager for output that is longer than the terminal, as in git.

`$PAGER` is used, by default `less -FRX`. Without a terminal, or with `PAGER=cat` or an empty
`PAGER`, the output is written as it is.
"""

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from subprocess import Popen

_DEFAULT = "less"
_LESS_OPTIONS = "FRX"
_LEFT_FOR_THE_PROMPT = 1


class _Buffer(io.StringIO):
    """Holds the output of a command that is meant for the terminal."""

    def isatty(self) -> bool:
        return True


@contextmanager
def paged(*, enabled: bool = True) -> Iterator[None]:
    """Show the results and messages of the block through the pager if they need it."""
    command = _command() if enabled and sys.stdout.isatty() and sys.stdin.isatty() else []
    if not command:
        yield
        return
    stdout, stderr, buffer = sys.stdout, sys.stderr, _Buffer()
    sys.stdout = buffer
    # Messages belong to the results, if the user sees both in one place.
    sys.stderr = buffer if stderr.isatty() else stderr
    try:
        yield
    finally:
        sys.stdout, sys.stderr = stdout, stderr
        _show(buffer.getvalue(), command)


def _command() -> list[str]:
    """Return the words of the pager's command; empty if there is no pager."""
    import shlex  # noqa: PLC0415 - only a terminal needs it
    import shutil  # noqa: PLC0415

    try:
        words = shlex.split(os.environ.get("PAGER", _DEFAULT))
    except ValueError:
        return []
    if not words or words[0] == "cat" or os.environ.get("TERM") == "dumb":
        return []
    return words if shutil.which(words[0]) else []


def _show(text: str, command: list[str]) -> None:
    import shutil  # noqa: PLC0415 - only a terminal needs it
    import subprocess  # noqa: PLC0415

    if text.count("\n") < shutil.get_terminal_size().lines - _LEFT_FOR_THE_PROMPT:
        sys.stdout.write(text)
        return
    sys.stdout.flush()
    environment = {"LESS": _LESS_OPTIONS, "LESSCHARSET": "utf-8", **os.environ}
    try:
        pager = subprocess.Popen(command, stdin=subprocess.PIPE, env=environment)  # noqa: S603 - the user's own pager
    except OSError:
        sys.stdout.write(text)
        return
    _feed(pager, text)


def _feed(pager: "Popen[bytes]", text: str) -> None:
    """Write the text to the pager and wait until the user leaves it; Ctrl-C is for the pager."""
    import signal  # noqa: PLC0415 - only a long output needs it

    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        # The user may leave the pager before the end.
        with suppress(BrokenPipeError):
            pager.communicate(text.encode(errors="backslashreplace"))
    finally:
        pager.wait()
        signal.signal(signal.SIGINT, before)
