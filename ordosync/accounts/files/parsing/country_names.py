"""Codes of countries by their names, in seven languages and with names of everyday use.

The names in `country_names.txt` were made once from the Unicode CLDR as Babel 2.19 has it, and
extended manually; the file has their licence, Unicode-3.0. A name that several countries have, such
as Congo or Korea, is left out there, and nothing is guessed from a similar name.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from unicodedata import combining, normalize

from ordosync.countries import COUNTRY_CODES

_NAMES = Path(__file__).with_name("country_names.txt")


def country_code(text: str) -> str:
    """Return the code of a country by its name or code; empty if it is neither."""
    code = text.upper()
    return code if code in COUNTRY_CODES else _codes_by_name().get(folded(text), "")


def folded(name: str) -> str:
    """Return a name as it is compared: without case, accents, punctuation and its article."""
    letters = (char for char in normalize("NFKD", name.casefold()) if not combining(char))
    text = re.sub("[.,'\u2019()]", "", "".join(letters)).replace("&", " and ")
    words = ["saint" if word == "st" else word for word in re.sub("[-\u2013/]", " ", text).split()]
    return " ".join(words[1:] if words[:1] == ["the"] else words)


@cache
def _codes_by_name() -> Mapping[str, str]:
    lines = _NAMES.read_text("utf-8").splitlines()
    entries = (line.split(" ", 1) for line in lines if not line.startswith("#"))
    return {name: code for code, names in entries for name in names.split("|")}
