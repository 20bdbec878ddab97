"""The first line of `orders show`: whose order it is, its state and its time."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ordosync.cli.output.desk import status
from ordosync.cli.output.render import local
from ordosync.models import Order
from ordosync.text import split_text

if TYPE_CHECKING:
    from ordosync.engine.order_owners import Owner


def order_head(order: Order, owner: "Owner", pieces: Mapping[str, str], *, is_placed: bool) -> str:
    """Return the first line of an order.

    `pieces` are the statuses of its pieces by number. `is_placed` is false if it has only the time
    when it was received.
    """
    verb = "placed" if is_placed else "received"
    at = f"; {verb} {local(order.placed_at)}" if order.placed_at else ""
    state = split_text(pieces.values()) if pieces else status(order)
    return f"order {order.number}{_whose(owner)}: {state}{at}"


def _whose(owner: "Owner") -> str:
    portal = f" (portal {owner.portal})" if owner.portal else ""
    if owner.supplier:
        return f", requested from {owner.supplier}{portal}"
    return f" of {owner.merchant}{portal}" if owner.merchant else portal
