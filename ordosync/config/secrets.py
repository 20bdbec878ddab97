"""Where a secret comes from: the environment, a file, or, in a private file only, the YAML."""

import os
import re
import stat
from pathlib import Path

from ordosync.secret import Secret


def read_secret(text: str, folder: Path, *, file_mode: int) -> Secret:
    """Return what `${NAME}`, `file:PATH` or a literal stands for. Raises `ValueError`.

    `file_mode` is the mode of the configuration, which may hold a literal only where others
    cannot read it; its group may, since support edits it.
    """
    if text.startswith("file:"):
        return _from_file(folder / Path(text.removeprefix("file:")).expanduser())
    variable = re.fullmatch(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}", text)
    if variable:
        value = os.environ.get(variable[1])
        if not value:
            raise ValueError(f"the environment has no {variable[1]}")
        return Secret(value)
    if "${" in text:
        raise ValueError("${NAME} must be the whole value")
    if file_mode & stat.S_IROTH:
        raise ValueError(
            "a secret stands in a file that others can read: chmod o-r it, or write ${NAME}"
            " or file:PATH"
        )
    return Secret(text)


def _from_file(path: Path) -> Secret:
    try:
        mode = path.stat().st_mode
        value = path.read_text("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise ValueError(f"the secret's file {path} cannot be read ({reason})") from error
    if mode & stat.S_IROTH:
        raise ValueError(f"others can read the secret's file {path}: chmod 600 it")
    if not value:
        raise ValueError(f"the secret's file {path} is empty")
    return Secret(value)
