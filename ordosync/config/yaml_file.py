"""The file: read within bounds, then composed to YAML nodes and never constructed.

No scalar is resolved, so every one is the text that was written. The events, which are flat,
are looked at before the nodes are composed: composing is recursive in C, where a file of
100,000 open brackets would end the process, and nodes do not tell an anchor or a tag.
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
from ordosync.text import printable
from ordosync.trust import doubt

try:
    from yaml import CSafeLoader as SafeLoader
except ImportError:  # PyYAML without libyaml: the same, ten times slower
    from yaml import SafeLoader  # type: ignore[assignment]

MAX_BYTES = 16 * 1024 * 1024
MAX_DEPTH = 50


class TextLoader(SafeLoader):
    """Takes `off`, `012`, `10:00` and `2026-11-01` for text."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 - as the base class declares it


@dataclass(frozen=True, kw_only=True)
class Source:
    """What was read, from which absolute path, and whether all users can read it."""

    path: Path
    text: str
    digest: str
    exposed: bool

    @property
    def folder(self) -> Path:
        """What relative paths in the file are relative to."""
        return self.path.parent


def read_source(path: Path) -> Source:
    """Read a file of at most 16 MB of UTF-8, which nobody else may have written."""
    try:
        if why := doubt(str(path)):
            raise ConfigError([printable(f"the configuration is not read: {why}")])
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise _unusable(path, error.strerror or str(error)) from error
    if len(data) > MAX_BYTES:
        raise _unusable(path, "larger than 16 MB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _unusable(path, f"line {line} is not UTF-8") from error
    exposed = bool(mode & stat.S_IROTH)
    return Source(path=path, text=text, digest=digest(data), exposed=exposed)


_TOO_DEEP = "nested too deeply"


def _unusable(path: Path, why: str) -> ConfigError:
    return ConfigError([printable(f"{path}: {why}")])


def compose(text: str) -> yaml.Node:
    """Return the root of the one document in the text."""
    if found := Reader.NON_PRINTABLE.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise ConfigError([at_line(line, f"a character that YAML does not allow: {found[0]}")])
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
    """Nodes are all kept: looking through them for garbage takes longer than making them."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _refused(text: str) -> Iterator[str]:
    """Yield a problem for everything in the text that is YAML, but not for a configuration."""
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
    if error.problem and "nesting depth" in error.problem:  # PyYAML from 6.0.4 has its own limit
        return at_line(line, _TOO_DEEP)
    why = f"not valid YAML: {error.problem}"
    if error.context and began < line:
        why += f" {error.context}, from line {began}"
    written = "".join(text.splitlines()[line - 1 : line])
    if "\t" in written[: len(written) - len(written.lstrip())]:
        why += "; indent with spaces, not tabs"
    return at_line(line, why)


def _line(mark: Any) -> int:
    """Return the line as people count; the C parser has marks of a type of its own."""
    return int(mark.line) + 1 if mark else 1
