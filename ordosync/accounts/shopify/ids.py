"""Ids: in our records the number, to Shopify the address with the kind of thing before it.

What was split lives on: its first piece is the same fulfillment order still, with less in it. To
be told apart, that piece is `<id>~1`, and `<id>~1~1` once it has been split in its turn. A line is
known by the line of the order that it is a part of, which stays: `<id of its order>:<line>`.
"""

_PREFIX = "gid://shopify/"
_LONGEST = 20


def gid(kind: str, id_: str) -> str:
    """Return what Shopify calls it; of what cannot be a number there, something that is not."""
    number = id_ if id_.isascii() and id_.isdigit() and len(id_) < _LONGEST else "0"
    return f"{_PREFIX}{kind}/{number}"


def fulfillment_order(order_id: str) -> str:
    """Return the fulfillment order that an order or a piece is."""
    return gid("FulfillmentOrder", order_id.partition("~")[0])


def number(address: str) -> str:
    """Return what we call it."""
    return address.rpartition("/")[2].partition("?")[0]


def first_piece(order_id: str) -> str:
    """Return what stays when an order is split."""
    return f"{order_id}~1"


def line_id(order_id: str, line_item: str) -> str:
    """Return what a line of an order or a piece is called."""
    return f"{order_id}:{number(line_item)}"


def line_item(line: str) -> str:
    """Return which line of the whole order it is a part of."""
    return line.rpartition(":")[2]
