"""Redacts secrets and personal data in the text of a service, before it is logged or shown.

A service often quotes the values it refuses, and requests contain addresses of customers. So each
word of the request is masked in the response, unless its field is known to be impersonal. An
unknown field counts as personal, so that a new field cannot leak. Words are masked, not whole
values, since a service quotes parts of them, with other punctuation or escaped for HTML. A common
word of an address is masked as well: the message loses a word, but no customer is exposed. Short
words, and common words of messages in small letters, are kept, because the message would not be
readable without them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any
from urllib.parse import quote

import msgspec

from ordosync.text import is_hidden

MASK = "***"
_MAX_LENGTH = 240
_LONGEST_SHORT_WORD = 3
_MAX_DEPTH = 5
# A telephone number is recognized by its last digits, in any grouping.
_PHONE_DIGITS = 7
_IMPERSONAL = frozenset(
    {"id", "ids", "sku", "number", "order_number", "order_id", "product_id", "variant_id"}
    | {"warehouse_id", "reference", "status", "currency", "carrier", "tracking_number"}
    | {"limit", "offset", "page", "per_page", "sort", "order", "orderby", "query"}
)
# Names may be common words. In small letters they are words of a sentence.
_COMMON = frozenset(
    {"again", "already", "back", "been", "before", "cannot", "check", "code", "could"}
    | {"does", "down", "exist", "exists", "failed", "field", "found", "from", "have"}
    | {"item", "items", "late", "line", "long", "minute", "minutes", "more", "must", "name"}
    | {"only", "order", "orders", "over", "page", "part", "price", "read", "sent", "ship"}
    | {"some", "stock", "such", "than", "that", "them", "then", "there", "this", "time"}
    | {"unit", "units", "update", "used", "user", "value", "very", "wait", "when", "which"}
    | {"will", "with", "word", "wrong", "your"}
)
_SHOPIFY_ID = "gid://shopify/"
# All repetitions are bounded, so that no text can make the expressions slow.
_MAIL = re.compile(r"[^\s<>\"'(),;:]{1,64}@[^\s<>\"'(),;:]{1,255}")
_TAG = re.compile(r"<[a-zA-Z/!][^<>]{0,500}>")
_TITLE = re.compile(r"<title[^<>]{0,100}>([^<]{1,200})", re.IGNORECASE)
_HEAD = 8_192
_WORD = re.compile(r"\w+")
_MASKS = re.compile(r"\*\*\*(?:[\s,.'&#;/-]{0,9}\*\*\*)+")
_MESSAGE_FIELDS = ("error_message", "message", "error", "error_description", "errors")


def error_message(body: bytes) -> str:
    """Return the error message in a JSON body, not redacted; empty if there is none."""
    try:
        answer = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    if not isinstance(answer, dict):
        return "; ".join(_texts(answer)) if isinstance(answer, str | list) else ""
    message = "; ".join(text for key in _MESSAGE_FIELDS for text in _texts(answer.get(key)))
    about = ", ".join(_texts([answer.get("param"), answer.get("params"), *_of_wordpress(answer)]))
    return f"{message} ({about})" if about else message


def _of_wordpress(answer: dict[str, Any]) -> list[Any]:
    """Return the wrong parameters and the error code of a WordPress response."""
    data = answer.get("data")
    return [data.get("params"), answer.get("code")] if isinstance(data, dict) else []


def page_title(page: bytes) -> str:
    """Return the title of a web page, not redacted; empty if it has none."""
    match = _TITLE.search(page[:_HEAD].decode(errors="replace"))
    return match[1] if match else ""


def _texts(value: Any, depth: int = 0) -> Iterator[str]:
    """Yield the texts in a value: in lists, and in objects that map a field to its errors."""
    if isinstance(value, str) and value:
        yield value
    elif isinstance(value, list) and depth < _MAX_DEPTH:
        for item in value:
            yield from _texts(item, depth + 1)
    elif isinstance(value, dict) and depth < _MAX_DEPTH:
        if "message" in value:
            yield from _texts(value["message"], depth + 1)
        else:
            for name, item in value.items():
                yield from (f"{name}: {text}" for text in _texts(item, depth + 1))


class Redactor:
    """Redacts text that belongs to one request."""

    def __init__(self, secrets: Sequence[str], *request_values: object) -> None:
        self._secrets = secrets
        self._request_values = request_values

    def __call__(self, text: str) -> str:
        """Return one short line without secrets and without the personal data of the request."""
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
        # The hook converts any mapping.
        values = list(_personal(msgspec.to_builtins(self._request_values, enc_hook=dict)))
        words = {word for value in values for word in _words(value)}
        for phone in (phone for value in values for phone in _phone(value)):
            text = phone.sub(MASK, text)
        return _WORD.sub(lambda word: MASK if _is_masked(word[0], words) else word[0], text)


def _is_masked(word: str, words: AbstractSet[str]) -> bool:
    return word.casefold() in words and word not in _COMMON


def _single_line(text: str) -> str:
    """Return the text on one line, with a space in place of each hidden character.

    `printable` is not used: it writes a hidden character as an escape. Its letters would join the
    next word, and the word would not be recognized as a word of the request.
    """
    return " ".join("".join(" " if is_hidden(char) else char for char in text).split())


def _cut(text: str) -> str:
    return text if len(text) <= _MAX_LENGTH else f"{text[: _MAX_LENGTH - 1].rstrip()}…"


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
