"""The crontab of this user, and the one block in it that is ours.

A block belongs to a configuration, so that several can be called by one crontab. Everything else
in it is somebody's, and stays as it is to the byte.
"""

import os
import shlex
import subprocess
from collections.abc import Sequence
from pathlib import Path

from ordosync.errors import OrdosyncError, UsageError

_PROGRAM = "crontab"
_TIMEOUT_S = 30
_BY_HAND = "`ordosync cron render` shows the lines to put there by hand"


def block(command: Sequence[str], config: Path) -> str:
    """Return the lines that let cron run what is due, each minute, whatever its shell."""
    path = os.path.abspath(config)  # noqa: PTH100 - a link is to stay one
    if any(char in path for char in "\r\n"):
        raise UsageError(f"cron cannot call a configuration whose path has a line break: {path!a}")
    words = [*command, "run-due", "--config", path]
    # To cron, an unescaped % is a line break.
    line = " ".join(shlex.quote(word) for word in words).replace("%", r"\%")
    return f"{_begin(config)}\n* * * * * {line}\n{_end(config)}\n"


def with_block(crontab: str, wanted: str, config: Path) -> str:
    """Return the crontab with this block in the place of the configuration's old one, or last."""
    before, found, after = _parted(crontab, config)
    if not found and before and not before.endswith("\n"):
        before += "\n"
    return f"{before}{wanted}{after}"


def without_block(crontab: str, config: Path) -> str:
    """Return the crontab without the configuration's block."""
    before, _, after = _parted(crontab, config)
    return before + after


def block_of(crontab: str, config: Path) -> str:
    """Return the configuration's block as it stands there; empty where there is none."""
    return _parted(crontab, config)[1]


def program_of(lines: Sequence[str]) -> str | None:
    """Return the program that a block's line calls, if it still looks like one of ours."""
    called = next((line for line in lines if not line.startswith("#")), "")
    words = called.replace(r"\%", "%").split(maxsplit=5)[5:]
    try:
        return shlex.split(words[0])[0]
    except (IndexError, ValueError):
        return None


def read() -> str:
    """Return this user's crontab, empty where there is none."""
    done = _run("-l")
    if done.returncode == 0:
        return _text(done.stdout)
    said = _text(done.stderr).strip()
    if "no crontab" in said or "No such file" in said:
        return ""
    raise OrdosyncError(f"crontab -l: {said or f'exit code {done.returncode}'}; {_BY_HAND}")


def write(crontab: str) -> None:
    """Replace this user's crontab, and make sure that it is what cron now has."""
    done = _run("-", given=crontab)
    if done.returncode:
        said = _text(done.stderr).strip() or f"exit code {done.returncode}"
        raise OrdosyncError(f"crontab -: {said}; nothing was changed, {_BY_HAND}")
    if read() != crontab:
        raise OrdosyncError("crontab -: took other lines than it was given; see `crontab -l`")


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
            f"the crontab's block `{_begin(config)}` is damaged; mend it with `crontab -e`: each of"
            " its two marks must be there once"
        )
    first, last = begins[0], ends[0] + 1
    return "".join(lines[:first]), "".join(lines[first:last]), "".join(lines[last:])


def _run(word: str, *, given: str = "") -> "subprocess.CompletedProcess[bytes]":
    try:
        return subprocess.run(  # noqa: S603 - no shell, and the words are ours
            [_PROGRAM, word],
            input=given.encode("utf-8", "surrogateescape"),
            capture_output=True,
            check=False,
            env={**os.environ, "LC_ALL": "C"},
            timeout=_TIMEOUT_S,
        )
    except FileNotFoundError as error:
        raise OrdosyncError(
            "there is no `crontab` program here; install cron, or let another scheduler run what"
            " `ordosync cron render` shows"
        ) from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise OrdosyncError(f"crontab {word}: {error}; {_BY_HAND}") from error


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
