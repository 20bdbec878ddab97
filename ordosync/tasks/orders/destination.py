"""The destination of an order, normalized so that an account's reading is equal to what was sent.

Services change the spelling of an address: upper case, spaces, a full stop, the name of a country.
Some put the state into another field, or leave it out, so it does not count.
"""

import re
from unicodedata import normalize

from ordosync.models import Address

_WORD = re.compile(r"[^\W_]+")
_PLACE = ("name", "company", "street1", "street2", "city", "zip")
_CODES = {
    "australia": "au",
    "austria": "at",
    "belgium": "be",
    "canada": "ca",
    "denmark": "dk",
    "deutschland": "de",
    "england": "gb",
    "finland": "fi",
    "france": "fr",
    "germany": "de",
    "great britain": "gb",
    "ireland": "ie",
    "italy": "it",
    "japan": "jp",
    "mexico": "mx",
    "netherlands": "nl",
    "new zealand": "nz",
    "norway": "no",
    "poland": "pl",
    "portugal": "pt",
    "spain": "es",
    "sweden": "se",
    "switzerland": "ch",
    "the netherlands": "nl",
    "uk": "gb",
    "united kingdom": "gb",
    "united states": "us",
    "united states of america": "us",
    "usa": "us",
}
"""ISO 3166-1 codes of the names that accounts show; another name is compared as it is."""


def destination(address: Address, send: frozenset[str]) -> tuple[str, ...]:
    """Return what identifies the place and the person, with the mail and telephone that are sent.

    The street may be in one or two fields.
    """
    place = _words(" ".join([getattr(address, name) for name in _PLACE]))
    mail = address.email.strip().casefold() if "ship_to_email" in send else ""
    phone = _digits(address.phone) if "ship_to_phone" in send else ""
    return place, country(address), mail, phone


def country(address: Address) -> str:
    """Return the code of a country, or its name if the code is unknown."""
    name = _words(address.country)
    return _CODES.get(name, name)


def _words(text: str) -> str:
    return " ".join(_WORD.findall(normalize("NFKC", text).casefold()))


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())
