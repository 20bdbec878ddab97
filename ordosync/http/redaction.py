"""What of a foreign text may be shown.

A service likes to quote what it refuses, and what we send is people's addresses. So each word
that we sent is masked where it comes back, unless it was sent under a name that is known to be
impersonal: what is unknown counts as personal, and a new field cannot leak before someone
remembers to add it to a list. Words are masked, not whole values, since a service quotes parts of
them, in other punctuation or escaped for HTML. A common word that happens to be in an address is
masked, too: a message may lose one, a person is not exposed. Short words are left alone, or
nothing could be read.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import msgspec

from ordosync.text import is_hidden

MASK = "***"
_MOST = 240
_LONGEST_SHORT_WORD = 3
_DEEPEST = 5
# A telephone number is known by its last digits, in any grouping.
_PHONE_DIGITS = 7
_IMPERSONAL = frozenset(
    {"id", "ids", "sku", "number", "order_number", "order_id", "product_id", "variant_id"}
    | {"warehouse_id", "reference", "status", "currency", "carrier", "tracking_number"}
    | {"limit", "offset", "page", "per_page", "sort", "order", "orderby", "query"}
)
_SHOPIFY_ID = "gid://shopify/"
# Repetitions have ends, or a text made for it would keep the expressions busy for ever.
_MAIL = re.compile(r"[^\s<>\"'(),;:]{1,64}@[^\s<>\"'(),;:]{1,255}")
_TAG = re.compile(r"<[a-zA-Z/!][^<>]{0,500}>")
_TITLE = re.compile(r"<title[^<>]{0,100}>([^<]{1,200})", re.IGNORECASE)
_HEAD = 8_192
_WORD = re.compile(r"\w+")
_MASKS = re.compile(r"\*\*\*(?:[\s,.'&#;/-]{0,9}\*\*\*)+")
_SAID = ("error_message", "message", "error", "error_description", "errors")


def error_message(body: bytes) -> str:
    """Return what a service says of an error, raw; nothing where it does not do so in JSON."""
    try:
        answer = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    if not isinstance(answer, dict):
        return "; ".join(_texts(answer)) if isinstance(answer, str | list) else ""
    message = "; ".join(text for key in _SAID for text in _texts(answer.get(key)))
    about = ", ".join(_texts([answer.get("param"), answer.get("params"), *_of_wordpress(answer)]))
    return f"{message} ({about})" if about else message


def _of_wordpress(answer: dict[str, Any]) -> list[Any]:
    """Say which parameters are wrong, and the code, by which adapters know an answer."""
    data = answer.get("data")
    return [data.get("params"), answer.get("code")] if isinstance(data, dict) else []


def page_title(page: bytes) -> str:
    """Return what a web page calls itself, raw; nothing where it does not."""
    found = _TITLE.search(page[:_HEAD].decode(errors="replace"))
    return found[1] if found else ""


def _texts(value: Any, depth: int = 0) -> Iterator[str]:
    """Go through texts, lists of them, and objects from a field to what is wrong with it."""
    if isinstance(value, str) and value:
        yield value
    elif isinstance(value, list) and depth < _DEEPEST:
        for item in value:
            yield from _texts(item, depth + 1)
    elif isinstance(value, dict) and depth < _DEEPEST:
        if "message" in value:
            yield from _texts(value["message"], depth + 1)
        else:
            for name, item in value.items():
                yield from (f"{name}: {text}" for text in _texts(item, depth + 1))


class Redactor:
    """Makes foreign text fit to be shown beside one request."""

    def __init__(self, secrets: Sequence[str], *sent: object) -> None:
        self._secrets = secrets
        self._sent = sent

    def __call__(self, text: str) -> str:
        """Return one short line without secrets and without what is personal in the request."""
        text = self._without_secrets(text)
        text = _MAIL.sub(MASK, _single_line(_TAG.sub(" ", text)))
        text = self._without_persons(text)
        return _cut(_MASKS.sub(MASK, text))

    def _without_secrets(self, text: str) -> str:
        for secret in filter(None, self._secrets):
            for form in (secret, quote(secret, safe="")):
                text = text.replace(form, MASK)
        return text

    def _without_persons(self, text: str) -> str:
        values = list(_personal(msgspec.to_builtins(self._sent, enc_hook=dict)))  # any mapping
        words = {word for value in values for word in _words(value)}
        for phone in (phone for value in values for phone in _phone(value)):
            text = phone.sub(MASK, text)
        return _WORD.sub(lambda word: MASK if word[0].casefold() in words else word[0], text)


def _single_line(text: str) -> str:
    """Return the text on one line, with a space in place of each hidden character.

    Not written out as by `printable`: the letters of an escape would join the word beside it,
    which would then not be recognized as one that was sent.
    """
    return " ".join("".join(" " if is_hidden(char) else char for char in text).split())


def _cut(text: str) -> str:
    return text if len(text) <= _MOST else f"{text[: _MOST - 1].rstrip()}…"


def _personal(value: object, name: str = "") -> Iterator[str]:
    if isinstance(value, str):
        if name.removesuffix("[]") not in _IMPERSONAL and not value.startswith(_SHOPIFY_ID):
            yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _personal(item, str(key))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _personal(item, name)


def _words(value: str) -> Iterator[str]:
    for word in _WORD.findall(value):
        if len(word) > _LONGEST_SHORT_WORD:
            yield word.casefold()


def _phone(value: str) -> Iterator[re.Pattern[str]]:
    digits = re.sub(r"\D", "", value)
    if len(digits) >= _PHONE_DIGITS and not re.search(r"[^\W\d_]{2}", value):
        last = r"[\s().+/-]{0,2}".join(digits[-_PHONE_DIGITS:])
        yield re.compile(rf"(?:[+(]?\d[\d\s().+/-]{{0,11}})?{last}")
