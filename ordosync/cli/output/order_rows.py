"""The rows of `orders list`."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from ordosync.cli.output.desk import amount, status, total
from ordosync.cli.output.tables import table
from ordosync.models import Order
from ordosync.text import split_text

if TYPE_CHECKING:
    from ordosync.engine.order_owners import Owner


class OrderRow(NamedTuple):
    """An order of a local account."""

    account: str
    order: Order
    owner: "Owner"
    pieces: Mapping[str, str]
    """The statuses of its pieces by number; empty if it was not split."""


def show_orders(orders: Iterable[OrderRow], *, has_accounts: bool = False) -> None:
    """Show orders, one per row. An imported order has a Merchant, a requested one a supplier.

    The status of a split order is that of its pieces, since its own does not change any more.
    """
    account_column = ("account",) if has_accounts else ()
    table(
        (
            *account_column,
            "number",
            "status",
            "created",
            "ship to",
            "lines",
            "total",
            "merchant",
            "supplier",
            "portal",
        ),
        (
            (
                *([account] if has_accounts else []),
                order.number,
                split_text(pieces.values()) if pieces else status(order),
                order.placed_at or "",
                order.ship_to.name or order.ship_to.country,
                len(order.lines),
                amount(total(order), order.currency),
                "" if owner.supplier else owner.merchant or "",
                owner.supplier or "",
                owner.portal or "",
            )
            for account, order, owner, pieces in orders
        ),
        less=("portal", "lines", "created"),
        if_any=("merchant", "supplier", "portal"),
    )
