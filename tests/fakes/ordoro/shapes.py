"""What all answers have in common: how a time, an address and a reference look."""

from datetime import datetime
from urllib.parse import quote

from tests.fakes.ordoro.state import Json, Shop
from tests.fakes.ordoro.times import text

_ADDRESS = "name company street1 street2 city state zip country email phone fax cart_address_id"


def address(fields: Json) -> Json:
    """Show an address: every key, null where nothing was given."""
    return {key: fields.get(key) for key in _ADDRESS.split()}


def link(kind: str, known_id: int) -> Json:
    """Refer to a supplier, a warehouse or a sales channel."""
    return {"id": known_id, "link": f"/{kind}/{known_id}"}


def path(kind: str, name: str) -> str:
    """Write where an order or a product is; names may hold anything, half a surrogate pair too."""
    return f"/{kind}/{quote(name, safe='', errors='replace')}"


def date(shop: Shop, moment: datetime) -> str:
    """Show a time in the zone of the account."""
    return text(moment, shop.switches.zone)
