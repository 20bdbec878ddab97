"""Reads a secret from the environment, from its own file, or from the configuration.

No message here quotes the text of the file, since it may be the secret.
"""

import os
import re
import stat
from pathlib import Path

from ordosync.config.converters import to_path
from ordosync.config.yaml_file import Source
from ordosync.permissions import doubt
from ordosync.secret import PrivateKey, Secret

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_FILE = "file:"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def to_secret(text: str, *, source: Source) -> Secret:
    """Convert `${NAME}`, `file:PATH`, or a secret itself, if others cannot read the source."""
    if variable := _VARIABLE.fullmatch(text):
        return _from_environment(variable[1])
    if text.startswith(_FILE):
        return _from_file(to_path(text.removeprefix(_FILE), folder=source.path.parent))
    if "${" in text:
        raise ValueError("${NAME} must be the whole value")
    if not text:
        raise ValueError("is empty")
    if source.exposed:
        raise ValueError(
            f"a secret in a file that others can read: `chmod o-r {source.path}`, "
            "or write ${NAME} or file:PATH"
        )
    return Secret(text)


def to_private_key(text: str, *, source: Source) -> PrivateKey:
    """Convert as `to_secret` does; the group must not be able to read the file, either."""
    if text.startswith(_FILE):
        path = to_path(text.removeprefix(_FILE), folder=source.path.parent)
        if path.exists() and path.stat().st_mode & _OTHERS:
            raise ValueError(f"others can read {path}: `chmod 600 {path}`")
    return PrivateKey(to_secret(text, source=source).reveal())


def _from_environment(name: str) -> Secret:
    value = os.environ.get(name)
    if not value:
        raise ValueError(f"the environment variable {name} is not set, or empty")
    return Secret(value)


def _from_file(path: Path) -> Secret:
    try:
        if why := doubt(str(path)):
            raise ValueError(why)
        with path.open(encoding="utf-8") as file:
            if os.fstat(file.fileno()).st_mode & stat.S_IROTH:
                raise ValueError(f"others can read {path}: `chmod o-r {path}`")
            value = file.read().rstrip("\n")
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: not UTF-8") from error
    if not value:
        raise ValueError(f"{path}: the file is empty")
    return Secret(value)
