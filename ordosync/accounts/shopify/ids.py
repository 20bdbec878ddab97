"""Ids: ordosync uses the number, Shopify a text with the type before the number (gid).

The first piece of a split order is the same fulfillment order as before, with fewer units. So that
piece has the id `<id>~1`, and `<id>~1~1` after it was split itself. The id of a line is
`<id of its order>:<line item>`: a split does not change the line item of the sale.
"""

_PREFIX = "gid://shopify/"
_LONGEST = 20


def gid(kind: str, id_: str) -> str:
    """Return the id at Shopify; for a text that is not a number, an id that does not exist."""
    number = id_ if id_.isascii() and id_.isdigit() and len(id_) < _LONGEST else "0"
    return f"{_PREFIX}{kind}/{number}"


def fulfillment_order(order_id: str) -> str:
    """Return the id at Shopify of the fulfillment order of an order or a piece."""
    return gid("FulfillmentOrder", order_id.partition("~")[0])


def number(gid: str) -> str:
    """Return the number in an id of Shopify."""
    return gid.rpartition("/")[2].partition("?")[0]


def first_piece(order_id: str) -> str:
    """Return the id of the piece that keeps the fulfillment order of a split order."""
    return f"{order_id}~1"


def line_id(order_id: str, line_item: str) -> str:
    """Return the id of a line of an order or a piece."""
    return f"{order_id}:{number(line_item)}"


def line_order(line: str) -> str:
    """Return the order or the piece that a line belongs to."""
    return line.rpartition(":")[0]


def line_item(line: str) -> str:
    """Return the line item of the sale that a line belongs to."""
    return line.rpartition(":")[2]
