"""Links of tracking numbers: a shop with fulfillments links only a number whose link it has.

The shop knows the pages of common carriers, and looks them up by number. A number can be that of
several carriers, so only the page of the parcel's own carrier is used.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ordosync.errors import AccountError, StoppedCallError

if TYPE_CHECKING:
    from ordosync.http import HttpClient


_SHORTEST = 7
"""The shortest number that a carrier known to WooCommerce has; a shop is not asked for others."""


class TrackingLinks:
    """Looks up the links of new parcels, one call each, until a call fails."""

    def __init__(self, http: "HttpClient") -> None:
        self._http = http
        self._is_down = False
        """True after a failure: the other parcels of the run do without a link."""

    def find(self, order_id: int, carrier: str, number: str) -> str:
        """Return the page of a parcel at its carrier; empty if the shop does not know it."""
        if self._is_down or not carrier or len(number) < _SHORTEST:
            return ""
        try:
            response = self._http.get(
                f"/wc/v3/orders/{order_id}/fulfillments/lookup",
                Any,
                action=f"look up tracking {number}",
                params={"tracking_number": number},
            )
        except StoppedCallError:
            raise
        except AccountError:
            # A parcel without a link is better than no parcel.
            self._is_down = True
            return ""
        links = (link for slug, link in _links(response) if is_same_carrier(slug, carrier))
        return next(links, "")


def is_same_carrier(slug: str, name: str) -> bool:
    """True if a name such as `DHL Express` is that of a carrier's slug, such as `dhl`."""
    words, others = _words(slug), _words(name)
    shorter = min(len(words), len(others))
    return shorter > 0 and words[:shorter] == others[:shorter]


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())


def _links(response: Any) -> Iterator[tuple[str, str]]:
    """Yield the carriers of a response with their links; an unknown number has a list.

    The first versions wrap the fields in an object.
    """
    fields = response if isinstance(response, dict) else {}
    fields = fields.get("tracking_number_details", fields)
    if not isinstance(fields, dict):
        return
    found = [(fields.get("shipping_provider"), fields.get("tracking_url"))]
    possibilities = fields.get("possibilities")
    if isinstance(possibilities, dict):
        found += [
            (slug, entry.get("url"))
            for slug, entry in possibilities.items()
            if isinstance(entry, dict)
        ]
    for slug, link in found:
        if isinstance(slug, str) and isinstance(link, str) and link.startswith("https://"):
            yield slug, link
