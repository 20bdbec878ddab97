"""Masks what a run may say in other words, and what differs between two runs of the same code."""

import re
from typing import Any

_WORDS = frozenset({"reason", "message", "summary", "settle", "next", "headline", "text", "note"})
_TIME = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?)?( UTC|Z|[+-]\d\d:?\d\d)?")
_HEX = re.compile(r"\b[0-9a-f]{8,}\b(-[0-9a-f]{8,})*")


def masked(value: Any, folder: str, *, key: str = "") -> Any:
    """Return a JSON value in which texts for people, times, digests and paths are replaced."""
    if isinstance(value, dict):
        return {name: masked(inner, folder, key=name) for name, inner in value.items()}
    if isinstance(value, list):
        return [masked(inner, folder, key=key) for inner in value]
    if isinstance(value, str):
        return "<words>" if key in _WORDS and value else _unstable(value, folder)
    if isinstance(value, float) or key == "bytes":
        return "<float>"
    return value


def _unstable(text: str, folder: str) -> str:
    return _HEX.sub("<hex>", _TIME.sub("<time>", text.replace(folder, "<folder>")))
