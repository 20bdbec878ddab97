"""Reads the file within limits and composes it to YAML nodes, without constructing objects.

No scalar is resolved, so each is the text that was written. The flat events are checked before
the nodes are composed. Composing is recursive in C, so a file of 100,000 open brackets would
crash the process; and nodes do not show anchors or tags.
"""

import gc
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from yaml.reader import Reader

from ordosync.config.converters import at_line
from ordosync.errors import ConfigError
from ordosync.idle import digest
from ordosync.permissions import doubt
from ordosync.text import printable

try:
    from yaml import CSafeLoader as SafeLoader
# PyYAML without libyaml has only the Python loader, which is ten times slower.
except ImportError:
    from yaml import SafeLoader  # type: ignore[assignment]

MAX_BYTES = 16 * 1024 * 1024
MAX_DEPTH = 50


class TextLoader(SafeLoader):
    """Loads all scalars as text, such as `off`, `012`, `10:00` and `2026-11-01`."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 - as the base class declares it


@dataclass(frozen=True, kw_only=True)
class Source:
    """Text of the file, its absolute path, and whether all users can read it."""

    path: Path
    """Relative paths in the file belong to its folder."""
    text: str
    digest: str
    exposed: bool


def read_source(path: Path) -> Source:
    """Read a file of at most 16 MB of UTF-8 that no other user could have written."""
    try:
        if why := doubt(str(path)):
            raise ConfigError([printable(f"the configuration is not read: {why}")])
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        hint = "correct its path, or create one with `ordosync init`"
        raise _invalid_record(path, f"{error.strerror}; {hint}") from error
    except OSError as error:
        raise _invalid_record(path, error.strerror or str(error)) from error
    if len(data) > MAX_BYTES:
        raise _invalid_record(path, "larger than 16 MB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _invalid_record(path, f"line {line} is not UTF-8") from error
    exposed = bool(mode & stat.S_IROTH)
    return Source(path=path, text=text, digest=digest(data), exposed=exposed)


_TOO_DEEP = "nested too deeply"


def _invalid_record(path: Path, why: str) -> ConfigError:
    return ConfigError([printable(f"{path}: {why}")])


def compose(text: str) -> yaml.Node:
    """Return the root of the single document in the text."""
    if match := Reader.NON_PRINTABLE.search(text):
        line = text.count("\n", 0, match.start()) + 1
        raise ConfigError([at_line(line, f"a character that YAML does not allow: {match[0]}")])
    try:
        with _without_garbage_collection():
            if problems := list(_refused(text)):
                raise ConfigError(problems)
            root = yaml.compose(text, Loader=TextLoader)
    except yaml.MarkedYAMLError as error:
        raise ConfigError([_syntax_problem(error, text)]) from error
    if root is None:
        raise ConfigError([at_line(1, "the file is empty")])
    return root


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Disable garbage collection: all nodes are kept, and scanning them would be slow."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _refused(text: str) -> Iterator[str]:
    """Yield a problem for each YAML feature that a configuration must not use."""
    depth = documents = 0
    for event in yaml.parse(text, Loader=TextLoader):
        line = _line(event.start_mark)
        if isinstance(event, yaml.NodeEvent) and event.anchor is not None:
            yield at_line(line, "anchors and aliases (&, *) are not supported; write the value out")
        elif getattr(event, "tag", None) is not None:
            yield at_line(line, "tags (!) are not supported; quote a value that starts with !")
        documents += isinstance(event, yaml.DocumentStartEvent)
        if documents > 1:
            yield at_line(line, "a second document starts here (---); there can be only one")
            return
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            yield at_line(line, _TOO_DEEP)
            return


def _syntax_problem(error: yaml.MarkedYAMLError, text: str) -> str:
    line, began = _line(error.problem_mark), _line(error.context_mark)
    # PyYAML 6.0.4 and later has its own limit.
    if error.problem and "nesting depth" in error.problem:
        return at_line(line, _TOO_DEEP)
    why = f"not valid YAML: {error.problem}"
    if error.context and began < line:
        why += f" {error.context}, from line {began}"
    written = "".join(text.splitlines()[line - 1 : line])
    if "${" in written:
        why += '; quote a value with ${...} inside { }: "${NAME}"'
    if "\t" in written[: len(written) - len(written.lstrip())]:
        why += "; indent with spaces, not tabs"
    return at_line(line, why)


def _line(mark: Any) -> int:
    """Return the line number, from 1. The C parser has its own type of marks."""
    return int(mark.line) + 1 if mark else 1
