"""Parts of all responses: times, addresses and references."""

from datetime import datetime
from urllib.parse import quote

from tests.fakes.ordoro.state import Json, Shop
from tests.fakes.ordoro.times import text

_ADDRESS = "name company street1 street2 city state zip country email phone fax cart_address_id"


def address(fields: Json) -> Json:
    """Return an address with every key, null where it has no value."""
    return {key: fields.get(key) for key in _ADDRESS.split()}


def link(kind: str, known_id: int) -> Json:
    """Return a reference to a supplier, a warehouse or a sales channel."""
    return {"id": known_id, "link": f"/{kind}/{known_id}"}


def path(kind: str, name: str) -> str:
    """Return the path of an order or a product; a name may contain any character."""
    return f"/{kind}/{quote(name, safe='', errors='replace')}"


def date(shop: Shop, moment: datetime) -> str:
    """Return a time in the time zone of the account."""
    return text(moment, shop.switches.zone)
