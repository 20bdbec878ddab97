"""Values of JSON, and how a path leads to them. Numbers are kept as text."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from ordosync.accounts.files.formats.record_rows import PathError
from ordosync.accounts.files.input_options.record_paths import JsonStep, json_steps


class _RepeatedKeys(dict[str, Any]):
    """An object with repeated keys."""

    repeated: tuple[str, ...] = ()


def repeated_keys(fields: dict[str, Any]) -> tuple[str, ...]:
    """Return the keys that an object has more than once."""
    return fields.repeated if isinstance(fields, _RepeatedKeys) else ()


class JsonTree:
    """Reads the values of JSON; see `Tree`."""

    separator = "."

    def steps(self, path: str) -> Sequence[JsonStep]:
        """Return the steps of a path."""
        return json_steps(path)

    def children(self, node: Any, step: JsonStep) -> Sequence[Any]:
        """Return the values to which a step leads. Raises `PathError`."""
        # Some programs write an empty object as an empty list.
        if node is None or node == []:
            return ()
        if not isinstance(node, dict):
            raise PathError(f"has no object with the key {step.name!a}")
        if step.name in repeated_keys(node):
            raise PathError(f"has the key {step.name!a} twice")
        if step.name not in node:
            return ()
        value = node[step.name]
        return _items(value, step) if step.is_list else (value,)

    def text(self, node: Any) -> str | None:
        """Return the text of a value; None for an object and for a list."""
        return None if isinstance(node, (dict, list)) else text_of(node)

    def check_lines(self, node: Any, step: JsonStep, *, is_last: bool) -> None:  # noqa: ARG002
        """Raise `PathError` if the key is missing; a list of lines may be empty."""
        if not isinstance(node, dict) or step.name not in node:
            raise PathError(f"has no key {step.name!a}")


def _items(value: Any, step: JsonStep) -> Sequence[Any]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise PathError(f"{step.name!a} is not a list")
    return value


def text_of(value: str | bool | None) -> str:
    """Return the text of a value that is no object and no list."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value


def is_blank(value: Any) -> bool:
    """True if a record has no text at all; such a record is ignored."""
    parts = value.values() if isinstance(value, dict) else [value]
    return all(part in (None, [], {}) or part == "" for part in map(_stripped, parts))


def _stripped(part: Any) -> Any:
    return part.strip() if isinstance(part, str) else part


def _object(items: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(items)
    if len(fields) == len(items):
        return fields
    with_repeated = _RepeatedKeys(fields)
    counts = Counter(name for name, _ in items)
    with_repeated.repeated = tuple(name for name, count in counts.items() if count > 1)
    return with_repeated


def _float(text: str) -> str:
    """Return a number as a spreadsheet writes it: an exponent marks a damaged id."""
    return re.sub(r"[eE]\+?(?=[0-9])", "E+", text)


def _refuse(constant: str) -> str:
    raise ValueError(f"{constant} is not JSON")


DECODER = json.JSONDecoder(
    # Numbers are kept as text: 1E+12 must be recognised, 1.10 must not become 1.1.
    object_pairs_hook=_object,
    parse_int=str,
    parse_float=_float,
    parse_constant=_refuse,
)
