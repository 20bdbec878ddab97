"""The first records of a JSON document or of JSON lines, and the path to them."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ordosync.accounts.files.formats.json_values import DECODER, text_of

_BLANK = re.compile(r"[ \t\r\n]*")
_DEEPEST = 4


def records_of_json(text: str) -> tuple[str, list[dict[str, Any]]]:
    """Return the path of the records in the first part of a document, and the records."""
    for path, items in _lists(text, 0, "", 0):
        records = [_plain(item) for item in items if isinstance(item, dict)]
        if records:
            return path, records
    return "", []


def records_of_lines(text: str) -> list[dict[str, Any]]:
    """Return the objects in the lines of a text."""
    records = []
    for line in text.splitlines():
        try:
            value = DECODER.decode(line) if line.strip() else None
        # The last line of the text may be cut; the check reports the others.
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            records.append(_plain(value))
    return records


def _lists(text: str, at: int, path: str, depth: int) -> Iterator[tuple[str, list[Any]]]:
    """Yield each list in a value that may be cut, with its path, from the outside to the inside."""
    at = _skip(text, at)
    if text[at : at + 1] == "[":
        yield f"{path}[]", list(_items(text, at + 1))
    elif text[at : at + 1] == "{" and depth < _DEEPEST:
        for key, place in _keys(text, at + 1):
            yield from _lists(text, place, f"{path}.{key}" if path else key, depth + 1)


def _items(text: str, at: int) -> Iterator[Any]:
    while True:
        try:
            value, at = DECODER.raw_decode(text, _skip(text, at))
        # The end of the list, or of the first part of the file.
        except (ValueError, RecursionError):
            return
        yield value
        at = _skip(text, at)
        if text[at : at + 1] != ",":
            return
        at += 1


def _keys(text: str, at: int) -> Iterator[tuple[str, int]]:
    """Yield each key of an object with the place of its value."""
    while True:
        try:
            key, at = DECODER.raw_decode(text, _skip(text, at))
            at = _skip(text, at)
            if text[at : at + 1] != ":" or not isinstance(key, str):
                return
            yield key, at + 1
            _, at = DECODER.raw_decode(text, _skip(text, at + 1))
        except (ValueError, RecursionError):
            return
        at = _skip(text, at)
        if text[at : at + 1] != ",":
            return
        at += 1


def _plain(value: Any) -> Any:
    """Return a value with all texts as the rows have them."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else text_of(value)


def _skip(text: str, at: int) -> int:
    blank = _BLANK.match(text, at)
    return blank.end() if blank else at


def is_lines(text: str) -> bool:
    """True if the first two lines are an object each."""
    first = [line for line in text.splitlines() if line.strip()][:2]
    try:
        return len(first) > 1 and all(isinstance(json.loads(line), dict) for line in first)
    except (ValueError, RecursionError):
        return False
