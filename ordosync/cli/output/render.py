"""Messages, results, JSON documents and times, as every command writes them.

Results go to standard output, messages to standard error.
"""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import islice

from ordosync.cli.output.terminal import message, result

Fields = Callable[[], Mapping[str, object]]
_WORDS = 10_000
__all__ = ["Streamed", "adding", "ago", "document", "local", "message", "named", "result"]


_added: list[Fields] = []
"""Functions whose fields are added to every document."""


@contextmanager
def adding(fields: Fields) -> Iterator[None]:
    """Add fields to the documents that are written meanwhile."""
    _added.append(fields)
    try:
        yield
    finally:
        _added.remove(fields)


class Streamed(list[object]):
    """A list of a document whose items are made while it is written, so that memory stays flat."""

    def __init__(self, items: Callable[[], Iterable[object]]) -> None:
        super().__init__()
        self._items = items

    def __iter__(self) -> Iterator[object]:
        """Iterate over the items, made again each time."""
        return iter(self._items())

    def __bool__(self) -> bool:
        """Return False if there is no item: `json` asks before it iterates."""
        return any(True for _ in self)


def document(value: Mapping[str, object]) -> None:
    """Write one JSON document to standard output."""
    shown = dict(value)
    for fields in _added:
        shown |= fields()
    # `json.dump` would write each word by itself, which takes half of the time.
    words = json.JSONEncoder(indent=2, ensure_ascii=True).iterencode(shown)
    while text := "".join(islice(words, _WORDS)):
        sys.stdout.write(text)
    sys.stdout.write("\n")


def ago(at: datetime, now: datetime) -> str:
    """Return how long ago a time was, such as `5 min ago`."""
    seconds = max(int((now - at).total_seconds()), 0)
    for unit, length in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length} {unit} ago"
    return f"{seconds} s ago"


def named(id_: str | None, number: str) -> str:
    """Return the number of an order, and its id if that differs; empty if it has neither."""
    return f"{number} (id {id_})" if number else id_ or ""


def local(at: datetime | None) -> str:
    """Return a time in the local time zone, with its name; empty if None."""
    if at is None:
        return ""
    # The first and the last day of the calendar overflow in some zones.
    with suppress(OverflowError):
        at = at.astimezone()
    return at.strftime("%Y-%m-%d %H:%M:%S %Z")
