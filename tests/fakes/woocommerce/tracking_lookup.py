"""Carriers of a tracking number, as the shop guesses them by its form."""

import re
from urllib.parse import quote

from tests.fakes.woocommerce.problems import Json

_CARRIERS = (
    ("ups", r"1Z[0-9A-Z]{16}", 100, "https://www.ups.com/track?tracknum="),
    ("fedex", r"\d{12}", 100, "https://www.fedex.com/fedextrack/?tracknumbers="),
    ("ups", r"\d{12}", 80, "https://www.ups.com/track?tracknum="),
    ("dpd", r"\d{14}", 95, "https://tracking.dpd.de/status/en_US/parcel/"),
    ("royal-mail", r"[A-Z]{2}\d{9}GB", 95, "https://www.royalmail.com/track#/details/"),
)
"""The slug, the form of a number, the score of a guess, and the beginning of the link."""


def details(number: str) -> Json | list[object]:
    """Return the likeliest carrier of a number with its link; an empty list for an unknown form.

    Only a number of several carriers has `possibilities`.
    """
    found = {
        slug: {"url": f"{link}{quote(number, safe='')}", "ambiguity_score": score}
        for slug, form, score, link in _CARRIERS
        if re.fullmatch(form, number.upper())
    }
    if not found:
        return []
    best = max(found, key=lambda slug: int(str(found[slug]["ambiguity_score"])))
    body: Json = {
        "tracking_number": number,
        "shipping_provider": best,
        "tracking_url": found[best]["url"],
    }
    return {**body, "possibilities": found} if len(found) > 1 else body
