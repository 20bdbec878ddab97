"""From YAML nodes to typed values: what an option may be is said by the types of what takes it.

The keyword parameters of a frozen dataclass or of an account's `__init__`, with their type hints
and defaults, are the options that there are. Nothing stops at a problem: it is noted and reading
goes on with None in its place, so that people see all of them at once. Whoever starts a reading
must therefore look at `problems` before using anything that it returned.
"""

import inspect
import types
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, is_dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

import yaml

from ordosync.config.converters import at_line, shortened, suggestion, to_choice

_NULLS = ("", "~", "null", "Null", "NULL")
_SHAPES: Mapping[type[yaml.Node], str] = {
    yaml.ScalarNode: "a single value",
    yaml.SequenceNode: "a list",
    yaml.MappingNode: "options (name: value)",
}
_REQUIRED = inspect.Parameter.empty


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A node and where it stands: the line of its key, and its path, `portals.acme.since`."""

    line: int
    path: str
    node: yaml.Node

    @property
    def is_null(self) -> bool:
        """Whether nothing is written here: only plain text can mean that, never quoted."""
        node = self.node
        return isinstance(node, yaml.ScalarNode) and not node.style and node.value in _NULLS

    @property
    def is_mapping(self) -> bool:
        """Whether there are entries to read here."""
        return isinstance(self.node, yaml.MappingNode)

    def below(self, key: str) -> str:
        """Return the path of what has this key here."""
        return f"{self.path}.{shortened(key)}" if self.path else shortened(key)


@cache
def parameters(target: Callable[..., Any]) -> Mapping[str, inspect.Parameter]:
    """Return what `target` is made from, by name, with types for annotations."""
    return inspect.signature(target, eval_str=True).parameters


class Reader:
    """Reads values out of nodes, and notes what is wrong with them."""

    def __init__(self, converters: Mapping[Any, Callable[[str], Any]]) -> None:
        self._converters = converters
        """How the text of a scalar becomes a value of a type; see `scalars`."""
        self._problems: list[tuple[int, str]] = []

    @property
    def problems(self) -> list[str]:
        """What was found so far, in the order of the file."""
        return [at_line(*problem) for problem in sorted(self._problems, key=lambda p: p[0])]

    @property
    def problem_count(self) -> int:
        """How many were found so far."""
        return len(self._problems)

    def problem(self, place: Place, message: str, *, path: str | None = None) -> None:
        """Note what is wrong at a place, or with what should be at a path below it."""
        path = place.path if path is None else path
        self._problems.append((place.line, f"{path}: {message}" if path else message))

    def value(self, hint: Any, place: Place) -> Any:
        """Read a value of this type."""
        hint, nullable = _without_none(hint)
        if nullable and place.is_null:
            return None
        if isinstance(hint, type) and is_dataclass(hint):
            return self.build(hint, place, self.entries(place))
        origin = get_origin(hint)
        if origin is tuple:
            return tuple(self.value(get_args(hint)[0], item) for item in self._items(place))
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

    def choice(self, place: Place, choices: Iterable[str], what: str) -> Any:
        """Read one of the choices; `what` says what each of them is."""
        return self.scalar(place, lambda text: to_choice(text, choices, what))

    def entries(self, place: Place) -> dict[str, Place] | None:
        """Read the places in a mapping, by key; None where there is no mapping."""
        if not self._has_shape(place, yaml.MappingNode):
            return None
        entries: dict[str, Place] = {}
        for key, node in place.node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                self.problem(replace(place, line=line), "a name must be a single value")
                continue
            entry = Place(line=line, path=place.below(key.value), node=node)
            if key.value in entries:
                self.problem(entry, f"given twice, first in line {entries[key.value].line}")
            else:
                entries[key.value] = entry
        return entries

    def required(
        self, place: Place, entries: dict[str, Place], key: str, convert: Callable[[str], Any]
    ) -> Any:
        """Take an entry that must be there out of `entries`, and read it by a converter."""
        if key not in entries:
            self.problem(place, "is missing", path=place.below(key))
            return None
        return self.scalar(entries.pop(key), convert)

    def refuse_unknown(self, entries: Mapping[str, Place], known: Collection[str]) -> None:
        """Note every entry that is not known."""
        for key, entry in entries.items():
            if key not in known:
                self.problem(entry, f"unknown option{suggestion(key, known)}")

    def arguments(
        self,
        target: Callable[..., Any],
        place: Place,
        entries: Mapping[str, Place],
        *,
        without: Collection[str] = (),
        read: Mapping[str, Callable[[Place], Any]] = types.MappingProxyType({}),
    ) -> dict[str, Any]:
        """Read what `target` is made from, as far as it is given.

        Parameters in `without` are no options; those in `read` are read by a function of their
        own. A default that is a path is given as well, since it is relative to the file, too.
        """
        options = {name: p for name, p in parameters(target).items() if name not in without}
        self.refuse_unknown(entries, options)
        values: dict[str, Any] = {}
        for name, option in options.items():
            if name in read and name in entries:
                values[name] = read[name](entries[name])
            elif name in entries:
                values[name] = self.value(option.annotation, entries[name])
            elif option.default is _REQUIRED:
                self.problem(place, "is missing", path=place.below(name))
            elif isinstance(option.default, Path):
                values[name] = self._converters[Path](str(option.default))
        return values

    def build(
        self, target: Callable[..., Any], place: Place, entries: Mapping[str, Place] | None
    ) -> Any:
        """Make a `target` from these entries; what it says against them is noted, too."""
        if entries is None:
            return None
        before = self.problem_count
        values = self.arguments(target, place, entries)
        if self.problem_count > before:
            return None
        return self.attempt(place, lambda: target(**values))

    def attempt(self, place: Place, make: Callable[[], Any]) -> Any:
        """Return what `make` makes; what it raises against the place's value is noted."""
        try:
            return make()
        except ValueError as error:
            self.problem(place, str(error))
            return None

    def _items(self, place: Place) -> list[Place]:
        if not self._has_shape(place, yaml.SequenceNode):
            return []
        return [
            Place(line=node.start_mark.line + 1, path=f"{place.path}[{index}]", node=node)
            for index, node in enumerate(place.node.value)
        ]

    def _has_shape(self, place: Place, shape: type[yaml.Node]) -> bool:
        if place.is_null:
            self.problem(place, "needs a value")
        elif not isinstance(place.node, shape):
            found = _SHAPES[type(place.node)]
            self.problem(place, f"expected {_SHAPES[shape]}, not {found}")
        else:
            return True
        return False


def _without_none(hint: Any) -> tuple[Any, bool]:
    """Split `X | None` into X and whether None was there."""
    if get_origin(hint) not in (Union, types.UnionType):
        return hint, False
    (inner,) = (arg for arg in get_args(hint) if arg is not types.NoneType)
    return inner, True
