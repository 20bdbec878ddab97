"""Reads typed values from YAML nodes. The type hints of the target define the options.

The options are the keyword parameters of a frozen dataclass or of the `__init__` of an account,
with their type hints and defaults. A problem does not stop the reader: it is recorded, and the
value is None, so that the user sees all problems at once. A caller must therefore check
`problems` before it uses a returned value.
"""

import inspect
import types
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, is_dataclass, replace
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import yaml

from ordosync.accounts.option_types import Names
from ordosync.config.converters import at_line, elsewhere, names, shortened, suggestion, to_choice

_NULLS = ("", "~", "null", "Null", "NULL")
_SHAPES: Mapping[type[yaml.Node], str] = {
    yaml.ScalarNode: "a single value",
    yaml.SequenceNode: "a list",
    yaml.MappingNode: "options (name: value)",
}
PRESET = "preset "
"""The begin of the name of the source of nodes that are not from the file itself."""
REQUIRED = inspect.Parameter.empty
"""The default of a parameter that has none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A node with its position: the line of its key, and its path, such as `portals.acme.since`."""

    line: int
    keys: tuple[str, ...]
    node: yaml.Node

    @property
    def path(self) -> str:
        """The path in messages."""
        return self.below()

    @property
    def origin(self) -> str:
        """The preset that has the node, as in `preset shopify-export`; empty if it is the file."""
        name = self.node.start_mark.name
        return name if name.startswith(PRESET) else ""

    @property
    def is_null(self) -> bool:
        """True if the node is null or empty. Quoted text is never null."""
        node = self.node
        return isinstance(node, yaml.ScalarNode) and not node.style and node.value in _NULLS

    @property
    def is_mapping(self) -> bool:
        """True if the node is a mapping."""
        return isinstance(self.node, yaml.MappingNode)

    def below(self, *keys: str) -> str:
        """Return the path of a key below the node."""
        return ".".join(shortened(key) for key in (*self.keys, *keys))


@cache
def parameters(target: Callable[..., Any]) -> Mapping[str, inspect.Parameter]:
    """Return the parameters of `target` by the name in the file, with evaluated annotations.

    A parameter `from_` is the option `from`, which is a keyword of Python.
    """
    signature = inspect.signature(target, eval_str=True)
    return {name.removesuffix("_"): value for name, value in signature.parameters.items()}


class Reader:
    """Reads values from nodes and records their problems."""

    def __init__(self, converters: Mapping[Any, Callable[[str], Any]]) -> None:
        self._converters = converters
        """Converters from the text of a scalar, by type; see `converters`."""
        self._problems: list[tuple[int, str]] = []

    @property
    def problems(self) -> list[str]:
        """The problems found so far, in the order of the file."""
        return [at_line(*problem) for problem in sorted(self._problems, key=lambda p: p[0])]

    @property
    def problem_count(self) -> int:
        """Number of problems found so far."""
        return len(self._problems)

    def problem(self, place: Place, message: str, *, path: str | None = None) -> None:
        """Record a problem at a place, or of a missing value at a path below it."""
        path = place.path if path is None else path
        origin = f" (from the {place.origin})" if place.origin else ""
        found = place.line, f"{path}: {message}{origin}" if path else message
        # Some places are read again to check what the accounts can do.
        if found not in self._problems:
            self._problems.append(found)

    def value(self, hint: Any, place: Place) -> Any:
        """Read a value of this type."""
        hint, nullable = without_none(hint)
        if nullable and place.is_null:
            return None
        if get_origin(hint) is Annotated:
            hint = get_args(hint)[1]
        if isinstance(hint, type) and is_dataclass(hint):
            if hasattr(hint, "of_text") and isinstance(place.node, yaml.ScalarNode):
                return self.scalar(place, hint.of_text)
            return self.build(hint, place, self.entries(place))
        if hint is Names and isinstance(place.node, yaml.SequenceNode):
            texts = [self.value(str, item) for item in self.items(place)]
            return self.attempt(place, lambda: names(texts))
        origin = get_origin(hint)
        if origin is tuple:
            return tuple(self.value(get_args(hint)[0], item) for item in self.items(place))
        if origin is Mapping:
            entries = self.entries(place) or {}
            return {key: self.value(get_args(hint)[1], entry) for key, entry in entries.items()}
        if origin is Literal:
            return self.choice(place, get_args(hint), "possible here")
        return self.scalar(place, self._converters[hint])

    def scalar(self, place: Place, convert: Callable[[str], Any]) -> Any:
        """Read a single value by a converter."""
        if not self._has_shape(place, yaml.ScalarNode):
            return None
        return self.attempt(place, lambda: convert(place.node.value))

    def choice(self, place: Place, choices: Iterable[str], noun: str) -> Any:
        """Read one of the choices; `what` names them in the message."""
        return self.scalar(place, lambda text: to_choice(text, choices, noun))

    def entries(self, place: Place) -> dict[str, Place] | None:
        """Return the places in a mapping, by key; None if it is no mapping."""
        if not self._has_shape(place, yaml.MappingNode):
            return None
        entries: dict[str, Place] = {}
        for key, node in place.node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                self.problem(replace(place, line=line), "a name must be a single value")
                continue
            entry = Place(line=line, keys=(*place.keys, key.value), node=node)
            if key.value in entries:
                self.problem(entry, f"given twice, first in line {entries[key.value].line}")
            else:
                entries[key.value] = entry
        return entries

    def required(
        self, place: Place, entries: dict[str, Place], key: str, convert: Callable[[str], Any]
    ) -> Any:
        """Remove a required entry from `entries` and read it by a converter."""
        if key not in entries:
            self.problem(place, "is missing", path=place.below(key))
            return None
        return self.scalar(entries.pop(key), convert)

    def refuse_unknown(self, entries: Mapping[str, Place], names: Collection[str]) -> None:
        """Record a problem for each unknown entry."""
        for key, entry in entries.items():
            if key not in names:
                self.problem(entry, f"unknown option{elsewhere(key) or suggestion(key, names)}")

    def arguments(
        self,
        target: Callable[..., Any],
        place: Place,
        entries: Mapping[str, Place],
        *,
        without: Collection[str] = (),
        read: Mapping[str, Callable[[Place], Any]] = types.MappingProxyType({}),
    ) -> dict[str, Any]:
        """Read the arguments of `target` that are given in the file.

        Parameters in `without` are not options; those in `read` have a function that reads them.
        The result includes a default that is a path, since it is relative to the file as well.
        """
        options = {name: p for name, p in parameters(target).items() if name not in without}
        self.refuse_unknown(entries, options)
        values: dict[str, Any] = {}
        for name, option in options.items():
            if name in read and name in entries:
                values[option.name] = read[name](entries[name])
            elif name in entries:
                values[option.name] = self.value(option.annotation, entries[name])
            elif option.default is REQUIRED:
                self.problem(place, "is missing", path=place.below(name))
            elif isinstance(option.default, Path):
                values[option.name] = self._converters[Path](str(option.default))
        return values

    def build(
        self, target: Callable[..., Any], place: Place, entries: Mapping[str, Place] | None
    ) -> Any:
        """Create a `target` from these entries; record the `ValueError` that it raises."""
        if entries is None:
            return None
        before = self.problem_count
        values = self.arguments(target, place, entries)
        if self.problem_count > before:
            return None
        made = self.attempt(place, lambda: target(**values), entries=entries)
        if made is None:
            self._find_others(target, values, entries)
        return made

    def _find_others(
        self, target: Callable[..., Any], values: Mapping[str, Any], entries: Mapping[str, Place]
    ) -> None:
        """Record the problems of a `target` after the first one, which is recorded.

        Wrong entries are left out, one after the other. What is wrong only without them names no
        entry, and is not recorded.
        """
        rest = dict(values)
        while error := _error_of(target, rest):
            name, colon, why = error.partition(": ")
            if not (colon and name in rest and name in entries):
                return
            if len(rest) < len(values):
                self.problem(entries[name], why)
            del rest[name]

    def attempt(
        self, place: Place, make: Callable[[], Any], *, entries: Mapping[str, Place] | None = None
    ) -> Any:
        """Return the result of `make`, or record the `ValueError` that it raises.

        A message that begins with the name of one of `entries`, such as `timezone: ...`, is
        recorded at that entry.
        """
        try:
            return make()
        except ValueError as error:
            name, colon, why = str(error).partition(": ")
            if colon and entries and name in entries:
                self.problem(entries[name], why)
            else:
                self.problem(place, str(error))
            return None

    def items(self, place: Place) -> list[Place]:
        """Return the places in a list; none if it is no list."""
        if not self._has_shape(place, yaml.SequenceNode):
            return []
        *parents, last = place.keys
        return [
            Place(line=node.start_mark.line + 1, keys=(*parents, f"{last}[{index}]"), node=node)
            for index, node in enumerate(place.node.value)
        ]

    def _has_shape(self, place: Place, shape: type[yaml.Node]) -> bool:
        if place.is_null:
            self.problem(place, "needs a value")
        elif not isinstance(place.node, shape):
            shape_found = _SHAPES[type(place.node)]
            self.problem(place, f"expected {_SHAPES[shape]}, not {shape_found}")
        else:
            return True
        return False


def without_none(hint: Any) -> tuple[Any, bool]:
    """Split `X | None` into X and True; other hints into themselves and False."""
    if get_origin(hint) not in (Union, types.UnionType):
        return hint, False
    (inner,) = (arg for arg in get_args(hint) if arg is not types.NoneType)
    return inner, True


def _error_of(target: Callable[..., Any], values: Mapping[str, Any]) -> str:
    """Return the message of the `ValueError` that a `target` raises; empty if it raises none."""
    try:
        target(**values)
    except ValueError as error:
        return str(error)
    except TypeError:
        # A required entry was left out.
        return ""
    return ""
