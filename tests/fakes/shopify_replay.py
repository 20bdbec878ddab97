"""Repeats the recorded requests of a real shop, and compares the responses of the fake.

The ids, times and cursors of a recording differ from the fake's. The first response that has two
different ids in the same place maps one to the other, also in later requests and in messages.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from tests.fakes.shopify import FakeShopify, schemas
from tests.fakes.shopify.state import Json

FOLDER = schemas.FOLDER / "recorded"
_GID = re.compile(r"gid://shopify/\w+/(\d+)")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_LOOSE = (_TIME, re.compile(r"eyJ\w+=*"), re.compile(r"gid://shopify/Job/[0-9a-f-]+"))
_LONG = re.compile(r"\b\d{9,}\b")


class Replay:
    """A recording that is repeated step by step."""

    def __init__(self, fake: FakeShopify, name: str) -> None:
        [path] = FOLDER.glob(f"*__{name}.json")
        self.recorded: Json = json.loads(path.read_text("utf-8"))
        self._fake = fake
        self._known: dict[str, str] = {}

    def same(self, recorded: str, ours: str) -> None:
        """Map an id of the recording to an id of the fake."""
        self._known[recorded] = ours
        self._known[recorded.rpartition("/")[2]] = ours.rpartition("/")[2]

    def ours(self, recorded: str) -> str:
        """Return the fake's id for an id of the recording."""
        return self._known[recorded]

    def differences(self, *steps: str | tuple[str, str]) -> dict[str, list[str]]:
        """Run steps, each a path or a path and its document; return those that differ."""
        differences = {}
        for step in steps:
            path, query = (step, "") if isinstance(step, str) else step
            differences[path] = self.step(path, query)
        return {path: lines for path, lines in differences.items() if lines}

    def step(self, path: str, query: str = "") -> list[str]:
        """Repeat the request at a path of the recording; return differences of the responses."""
        place: Any = self.recorded
        for word in path.split("/"):
            place = place[word]
        request = place.get("request") or place
        variables = self._translated(request.get("variables") or self.recorded.get("variables"))
        answer = place["response"]
        expected = answer.get("payload", answer)
        document = query or request.get("query") or request.get("document")
        got = self._fake.send(document, **(variables or {}))
        return sorted(self._differences(expected, got, ""))

    def _translated(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self._translated(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self._translated(inner) for inner in value]
        if not isinstance(value, str):
            return value
        return self._known.get(value) or self._words(value)

    def _words(self, text: str) -> str:
        return _LONG.sub(lambda it: self._known.get(it[0], it[0]), text)

    def _differences(self, expected: Any, got: Any, path: str) -> Iterator[str]:
        if isinstance(expected, dict) and isinstance(got, dict):
            for key in expected.keys() | got.keys():
                yield from self._member(expected, got, key, f"{path}.{key}".lstrip("."))
        elif isinstance(expected, list) and isinstance(got, list):
            if len(expected) != len(got):
                yield f"{path}: {len(expected)} rows there, {len(got)} here"
            for place, (expected_row, row) in enumerate(zip(expected, got, strict=False)):
                yield from self._differences(expected_row, row, f"{path}[{place}]")
        elif not self._equal(expected, got):
            yield f"{path}: {expected!r} there, {got!r} here"

    def _member(self, expected: Json, got: Json, key: str, path: str) -> Iterator[str]:
        if key in ("throttleStatus", "actualQueryCost"):
            # Other clients use the points of that shop, and its refunds are not understood.
            return
        if key not in expected or key not in got:
            yield f"{path}: only {'there' if key in expected else 'here'}"
        else:
            yield from self._differences(expected[key], got[key], path)

    def _equal(self, expected: Any, got: Any) -> bool:
        if not isinstance(expected, str) or not isinstance(got, str):
            return bool(expected == got)
        if any(loose.fullmatch(expected) and loose.fullmatch(got) for loose in _LOOSE):
            return True
        if _GID.match(expected) and _GID.match(got):
            kinds = [text.split("/")[3] for text in (expected, got)]
            own_id = self._known.get(expected)
            if own_id is None:
                self.same(expected, got)
            return kinds[0] == kinds[1] and own_id in (None, got)
        if re.fullmatch(r"#\d+", expected):
            return re.fullmatch(r"#\d+", got) is not None
        return self._words(expected) == got
