"""Decodes the JSON of a service strictly into the requested type."""

import math
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import TypeVar

import msgspec

T = TypeVar("T")
_BOM = b"\xef\xbb\xbf"
# A service that cuts a text inside an emoji leaves half of a surrogate pair (group 1). It is not
# a valid character, so it is replaced by U+FFFD; otherwise the whole page could not be decoded.
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)


class ShapeError(ValueError):
    """Valid JSON with an unexpected structure. A retry would return the same."""


def decode(body: bytes | msgspec.Raw, shape: type[T]) -> T:
    """Return JSON as a value of `shape`. Raises `ValueError`, which describes the content.

    Unknown fields are ignored, and numbers with a fraction are exact. One invalid item fails its
    whole page. To avoid that, decode the page as `msgspec.Raw` values, and then each item.
    """
    body = bytes(body)
    if body.startswith(_BOM):
        raise ValueError("JSON after a byte order mark")
    try:
        # msgspec validates only the fields it keeps.
        body.decode()
        value = _decode(body, shape)
        finite = _is_finite(value)
    except UnicodeDecodeError:
        raise ValueError("text that is not UTF-8") from None
    except RecursionError:
        raise ValueError("JSON nested too deeply") from None
    except msgspec.ValidationError as error:
        raise ShapeError(f"JSON with an unexpected structure ({error})") from None
    except msgspec.DecodeError as error:
        raise ValueError(f"invalid JSON ({error})") from None
    if not finite:
        raise ValueError("NaN or Infinity instead of a number")
    return value


def _decode(body: bytes, shape: type[T]) -> T:
    decoder = msgspec.json.Decoder(shape, float_hook=Decimal)
    try:
        return decoder.decode(body)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        repaired = _ESCAPE.sub(lambda match: rb"\ufffd" if match[1] else match[0], body)
        if repaired == body:
            raise
        return decoder.decode(repaired)


def _is_finite(value: object) -> bool:
    """Return False for the strings "NaN" and "Infinity", which `Decimal` accepts as numbers."""
    if isinstance(value, Decimal):
        return value.is_finite()
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, msgspec.Struct):
        return all(_is_finite(getattr(value, name)) for name in value.__struct_fields__)
    if isinstance(value, Mapping):
        return all(_is_finite(item) for item in value.values())
    if isinstance(value, list | tuple):
        return all(_is_finite(item) for item in value)
    return True
