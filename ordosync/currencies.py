"""Signs of currencies, and the codes that each may mean."""

import re
from collections.abc import Mapping

UNKNOWN_CURRENCY = "XXX"
"""The code of ISO 4217 for an unknown currency, with which `feed check` reads a file."""
_DOLLARS = (
    "USD AUD BBD BMD BND BSD BZD CAD FJD GYD HKD JMD KYD LRD NAD NZD SBD SGD SRD TTD TWD XCD"
    " ARS CLP COP CUP DOP MXN UYU"
)
"""Dollars and pesos, which share a sign."""
_CODES: Mapping[str, str] = {
    "$": _DOLLARS,
    "US$": "USD",
    "A$": "AUD",
    "AU$": "AUD",
    "C$": "CAD",
    "CA$": "CAD",
    "HK$": "HKD",
    "MX$": "MXN",
    "NT$": "TWD",
    "NZ$": "NZD",
    "R$": "BRL",
    "S$": "SGD",
    "\u20ac": "EUR",
    "\u00a3": "GBP EGP FKP GIP LBP SDG SHP SSP SYP",
    "\u00a5": "JPY CNY",
    "\uffe5": "JPY CNY",
    "\u20a9": "KRW KPW",
    "\u20ab": "VND",
    "\u20b1": "PHP",
    "\u20b9": "INR",
    "\u20ba": "TRY",
    "\u20bd": "RUB",
    "\u20aa": "ILS",
    "\u20b4": "UAH",
    "\u20a6": "NGN",
    "\u0e3f": "THB",
    "Fr": "CHF",
    "Fr.": "CHF",
    "SFr.": "CHF",
    "Ft": "HUF",
    "K\u010d": "CZK",
    "R": "ZAR",
    "RM": "MYR",
    "Rp": "IDR",
    "kr": "DKK ISK NOK SEK",
    "kr.": "DKK ISK NOK SEK",
    "lei": "RON MDL",
    "z\u0142": "PLN",
}


def fits(sign: str, currency: str) -> bool:
    """True if a sign or code may mean this currency.

    An unknown sign fits every currency, and every sign fits an unknown currency.
    """
    sign = sign.strip()
    if currency == UNKNOWN_CURRENCY:
        return True
    if re.fullmatch("[A-Z]{3}", sign):
        return sign == currency
    return sign not in _CODES or currency in _CODES[sign].split()
