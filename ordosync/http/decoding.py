"""JSON of a service, read into the shape that was asked for or not at all."""

import math
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import TypeVar

import msgspec

T = TypeVar("T")
_BOM = b"\xef\xbb\xbf"
# Half of a surrogate pair (group 1) is what a service makes of an emoji that it cut in two. It is
# no character, and would spoil the page that it stands on: `?` in a diamond stands for it.
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)


class ShapeError(ValueError):
    """Whole and well-formed, but something else: it would come again if it were asked again."""


def decode(body: bytes | msgspec.Raw, shape: type[T]) -> T:
    """Return JSON as a value of `shape`; ValueError says what it is instead.

    Unknown fields are passed over, numbers with a fraction are exact. Where one bad item must not
    spoil its page, read a page of `msgspec.Raw` and then each item by this.
    """
    body = bytes(body)
    if body.startswith(_BOM):
        raise ValueError("JSON behind a byte order mark")
    try:
        body.decode()  # msgspec looks only into the fields it keeps
        value = _decode(body, shape)
        finite = _is_finite(value)
    except UnicodeDecodeError:
        raise ValueError("text that is not UTF-8") from None
    except RecursionError:
        raise ValueError("JSON nested too deeply") from None
    except msgspec.ValidationError as error:
        raise ShapeError(f"the unexpected ({error})") from None
    except msgspec.DecodeError as error:
        raise ValueError(f"broken JSON ({error})") from None
    if not finite:
        raise ValueError("NaN or Infinity in place of a number")
    return value


def _decode(body: bytes, shape: type[T]) -> T:
    decoder = msgspec.json.Decoder(shape, float_hook=Decimal)
    try:
        return decoder.decode(body)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        whole = _ESCAPE.sub(lambda found: rb"\ufffd" if found[1] else found[0], body)
        if whole == body:
            raise
        return decoder.decode(whole)


def _is_finite(value: object) -> bool:
    """Look for "NaN" and "Infinity" in strings, which a Decimal takes for numbers."""
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
