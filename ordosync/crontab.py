"""Reads and writes the block of ordosync in the crontab of this user.

Each configuration has its own block, so that one crontab can call several. All other lines stay
unchanged to the byte.
"""

import os
import shlex
import subprocess
from collections.abc import Sequence
from pathlib import Path

from ordosync.errors import OrdosyncError, UsageError

_PROGRAM = "crontab"
_TIMEOUT_S = 30
_BY_HAND = "`ordosync cron render` shows the lines to add manually"


def block(command: Sequence[str], config: Path) -> str:
    """Return the lines that make cron call `run-due` each minute, in any shell."""
    # `resolve` would follow a link.
    path = os.path.abspath(config)  # noqa: PTH100
    if any(char in path for char in "\r\n"):
        raise UsageError(f"cron cannot call a configuration whose path has a line break: {path!a}")
    words = [*command, "run-due", "--config", path]
    # Cron treats an unescaped % as a line break.
    line = " ".join(shlex.quote(word) for word in words).replace("%", r"\%")
    return f"{_begin(config)}\n* * * * * {line}\n{_end(config)}\n"


def with_block(crontab: str, new_block: str, config: Path) -> str:
    """Return the crontab with this block instead of the old block, or at the end."""
    before, old_block, after = _parted(crontab, config)
    if not old_block and before and not before.endswith("\n"):
        before += "\n"
    return f"{before}{new_block}{after}"


def without_block(crontab: str, config: Path) -> str:
    """Return the crontab without the block of the configuration."""
    before, _, after = _parted(crontab, config)
    return before + after


def block_of(crontab: str, config: Path) -> str:
    """Return the block of the configuration; empty if there is none."""
    return _parted(crontab, config)[1]


def program_of(lines: Sequence[str]) -> str | None:
    """Return the program that the line of a block calls; None if the line was edited."""
    called = next((line for line in lines if not line.startswith("#")), "")
    words = called.replace(r"\%", "%").split(maxsplit=5)[5:]
    try:
        return shlex.split(words[0])[0]
    except (IndexError, ValueError):
        return None


def read() -> str:
    """Return the crontab of this user; empty if there is none."""
    result = _run("-l")
    if result.returncode == 0:
        return _text(result.stdout)
    answer = _text(result.stderr).strip()
    if "no crontab" in answer or "No such file" in answer:
        return ""
    raise OrdosyncError(f"crontab -l: {answer or f'exit code {result.returncode}'}; {_BY_HAND}")


def write(crontab: str) -> None:
    """Replace the crontab of this user, and verify it. Raises `OrdosyncError`."""
    result = _run("-", text=crontab)
    if result.returncode:
        answer = _text(result.stderr).strip() or f"exit code {result.returncode}"
        raise OrdosyncError(f"crontab -: {answer}; nothing was changed, {_BY_HAND}")
    if read() != crontab:
        raise OrdosyncError("crontab -: stored other lines than the given ones; check `crontab -l`")


def _begin(config: Path) -> str:
    return f"# >>> ordosync {os.path.abspath(config)} >>>"  # noqa: PTH100


def _end(config: Path) -> str:
    return f"# <<< ordosync {os.path.abspath(config)} <<<"  # noqa: PTH100


def _parted(crontab: str, config: Path) -> tuple[str, str, str]:
    lines = crontab.splitlines(keepends=True)
    bare = [line.rstrip("\r\n") for line in lines]
    begins = [i for i, line in enumerate(bare) if line == _begin(config)]
    ends = [i for i, line in enumerate(bare) if line == _end(config)]
    if not begins and not ends:
        return crontab, "", ""
    if len(begins) != 1 or len(ends) != 1 or ends[0] < begins[0]:
        raise OrdosyncError(
            f"the crontab's block `{_begin(config)}` is damaged; fix it with `crontab -e`: each of"
            " its two marks must occur once"
        )
    first, last = begins[0], ends[0] + 1
    return "".join(lines[:first]), "".join(lines[first:last]), "".join(lines[last:])


def _run(word: str, *, text: str = "") -> "subprocess.CompletedProcess[bytes]":
    try:
        return subprocess.run(  # noqa: S603 - no shell, and constant words
            [_PROGRAM, word],
            input=text.encode("utf-8", "surrogateescape"),
            capture_output=True,
            check=False,
            env={**os.environ, "LC_ALL": "C"},
            timeout=_TIMEOUT_S,
        )
    except FileNotFoundError as error:
        raise OrdosyncError(
            "the program `crontab` is not installed; install cron, or let another scheduler run the"
            " line that `ordosync cron render` shows"
        ) from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise OrdosyncError(f"crontab {word}: {error}; {_BY_HAND}") from error


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
