"""YAML nodes to typed values, with every problem found in one pass.

The nodes are composed and never constructed: every scalar stays the text that somebody wrote,
and the type that wants it converts it. So `off`, `no`, `012`, `10:00` and dates mean what they
look like. What a callable accepts in the YAML is what its keyword arguments say.
"""

import difflib
import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, is_dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import yaml

from ordosync.config.secrets import read_secret
from ordosync.secret import Secret

_TRUE, _FALSE = ("true", "yes", "on"), ("false", "no", "off")
MISSING = object()
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


@dataclass
class Problems:
    """What is wrong, with the line each is on."""

    found: list[tuple[int, str]] = field(default_factory=list)

    def add(self, node: yaml.Node, path: str, text: str) -> None:
        """Note a problem of this node."""
        line = node.start_mark.line + 1
        self.found.append((line, f"line {line}: {path + ': ' if path else ''}{text}"))

    def lines(self) -> list[str]:
        """Return what to tell, in the order of the file."""
        return [text for _, text in sorted(self.found, key=lambda item: item[0])]


def shown(text: str) -> str:
    """Quote foreign text for a message, with what a terminal would obey made visible."""
    printable = "".join(
        char if char.isprintable() else char.encode("unicode_escape", "backslashreplace").decode()
        for char in text[:80]
    )
    return f'"{printable}"'


def did_you_mean(word: str, known: list[str]) -> str:
    """Return `; did you mean X?`, or what there is to choose from."""
    close = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean {close[0]}?" if close else f"; choose from {', '.join(known)}"


class Converter:
    """Converts nodes of one file."""

    def __init__(self, folder: Path, *, file_mode: int, problems: Problems) -> None:
        self._folder = folder
        self._file_mode = file_mode
        self.problems = problems

    def keyed(self, node: yaml.Node | None, path: str) -> dict[str, yaml.Node]:
        """Return the values of a mapping by key; a problem for anything else."""
        if node is None or is_null(node):
            return {}
        if not isinstance(node, yaml.MappingNode):
            self.problems.add(node, path, "must be a mapping (`key: value`)")
            return {}
        return {key.value: value for key, value in node.value}

    def build(
        self, target: Callable[..., Any], node: yaml.Node, path: str, *, given: tuple[str, ...] = ()
    ) -> Any:
        """Call `target` with the options of a mapping; `MISSING` where there was a problem."""
        before = len(self.problems.found)
        options = self.options(target, node, path, given=given)
        if len(self.problems.found) > before:
            return MISSING
        try:
            return target(**options)
        except ValueError as error:
            self.problems.add(node, path, str(error))
            return MISSING

    def options(
        self, target: Callable[..., Any], node: yaml.Node, path: str, *, given: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        """Return the keyword arguments that a mapping gives for `target`, but for `given`."""
        hints = get_type_hints(target.__init__ if inspect.isclass(target) else target)
        wanted = {
            name: parameter
            for name, parameter in inspect.signature(target).parameters.items()
            if name not in given
        }
        values = self.keyed(node, path)
        options: dict[str, Any] = {}
        for name, value in values.items():
            if name not in wanted:
                text = f"unknown option{did_you_mean(name, list(wanted))}"
                self.problems.add(value, _join(path, name), text)
                continue
            options[name] = self.convert(hints[name], value, _join(path, name))
        for name, parameter in wanted.items():
            if name not in values and parameter.default is parameter.empty:
                self.problems.add(node, _join(path, name), "is missing")
        return options

    def convert(self, wanted: Any, node: yaml.Node, path: str) -> Any:
        """Return the value of a node as `wanted`; `MISSING`, with a problem noted, if it is not."""
        origin, arguments = get_origin(wanted), get_args(wanted)
        if origin in (Union, UnionType):
            if is_null(node) and NoneType in arguments:
                return None
            return self.convert(next(a for a in arguments if a is not NoneType), node, path)
        if origin is tuple:
            return self._list(arguments[0], node, path)
        if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
            return {
                key: self.convert(arguments[1], value, _join(path, key))
                for key, value in self.keyed(node, path).items()
            }
        if is_dataclass(wanted) and isinstance(wanted, type):
            return self.build(wanted, node, path)
        if not isinstance(node, yaml.ScalarNode) or is_null(node):
            self.problems.add(node, path, "must be one value")
            return MISSING
        try:
            return self._scalar(wanted, node.value, path)
        except ValueError as error:
            self.problems.add(node, path, str(error))
            return MISSING

    def _list(self, wanted: Any, node: yaml.Node, path: str) -> tuple[Any, ...]:
        if is_null(node):
            return ()
        if not isinstance(node, yaml.SequenceNode):
            self.problems.add(node, path, "must be a list (`[a, b]`)")
            return ()
        return tuple(
            self.convert(wanted, item, f"{path}[{index}]") for index, item in enumerate(node.value)
        )

    def _scalar(self, wanted: Any, text: str, path: str) -> Any:
        if get_origin(wanted) is Literal:
            return _choice(text, get_args(wanted), path)
        if wanted is Secret:
            return read_secret(text, self._folder, file_mode=self._file_mode)
        if wanted is Path:
            return self._folder / Path(text).expanduser()
        return _SCALARS[wanted](text)


def is_null(node: yaml.Node) -> bool:
    """Whether a node is a plain `null`, `~` or nothing."""
    return (
        isinstance(node, yaml.ScalarNode)
        and node.style is None
        and node.value in ("", "~", "null", "Null", "NULL")
    )


def without(node: yaml.Node, *keys: str) -> yaml.MappingNode:
    """Return a mapping less some of its keys; an empty one where it is no mapping."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    left = [(key, value) for key, value in pairs if key.value not in keys]
    return yaml.MappingNode(node.tag, left, node.start_mark, node.end_mark)


def check_name(converter: Converter, node: yaml.Node, path: str, name: str) -> None:
    """Note a problem where `name` could not stand in a file's path or a message as it is."""
    if not _NAME.fullmatch(name):
        text = f"{shown(name)} is not a name: a-z, 0-9, - and _, 63 characters at most"
        converter.problems.add(node, path.partition(".")[0], text)


def _join(path: str, name: str) -> str:
    shown_name = name if name.isprintable() else shown(name)
    return f"{path}.{shown_name}" if path else shown_name


def _choice(text: str, choices: tuple[str, ...], path: str) -> str:
    if text in choices:
        return text
    what = "an interval" if ".tasks." in path else "one of these"
    raise ValueError(
        f"{shown(text)} is not {what}; choose {', '.join(choices[:-1])} or {choices[-1]}"
    )


def _boolean(text: str) -> bool:
    if text.lower() in _TRUE:
        return True
    if text.lower() in _FALSE:
        return False
    raise ValueError(f"{shown(text)} is neither true nor false")


def _whole(text: str) -> int:
    if re.fullmatch(r"-?[0-9]{1,18}", text):
        return int(text)
    raise ValueError(f"{shown(text)} is not a whole number")


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{shown(text)} is not a number") from None


def _day(text: str) -> date:
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    raise ValueError(f"{shown(text)} is not a day such as 2026-11-23")


_SCALARS: dict[Any, Callable[[str], Any]] = {
    str: str,
    bool: _boolean,
    int: _whole,
    Decimal: _decimal,
    date: _day,
}
