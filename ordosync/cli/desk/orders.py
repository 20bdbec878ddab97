"""`orders`: the orders of a local account."""

import sys
from collections import deque
from collections.abc import Iterator
from typing import Annotated

import typer

from ordosync.cli import completion
from ordosync.cli.context import Context, with_context
from ordosync.cli.desk import common
from ordosync.cli.desk.order_changes import cancel_order, restore_order
from ordosync.cli.desk.order_entry import add_order
from ordosync.cli.desk.shipping import ship_order
from ordosync.cli.desk.splitting import split_order
from ordosync.cli.output import desk as render_desk
from ordosync.cli.output import render
from ordosync.errors import UsageError
from ordosync.models import Order

app = typer.Typer(help="Manage the orders of a local account.", no_args_is_help=True)
STATUSES = (
    "awaiting_fulfillment",
    "dropshipment_requested",
    "partially_shipped",
    "shipped",
    "cancelled",
)
_SCREENFUL = 50


def _statuses(incomplete: str) -> list[str]:
    return [status for status in STATUSES if status.startswith(incomplete)]


@app.command("list")
@with_context()
def list_orders(
    *,
    status: Annotated[
        str | None,
        typer.Option("--status", help="Filter by status.", autocompletion=_statuses),
    ] = None,
    count: Annotated[
        int | None,
        typer.Option(
            "-n",
            min=0,
            max=1_000_000,
            help="Number of orders, the newest; 0 for all (default: 50 on a terminal, else all).",
        ),
    ] = None,
    account: common.Account = None,
    context: Context,
) -> None:
    """List the orders, the newest last.

    For example:
      ordosync orders list --status awaiting_fulfillment
    """
    if status is not None and status not in STATUSES:
        raise UsageError(f"there is no status {status!r}; known: {', '.join(STATUSES)}")
    opened = common.open_desk(context.config, account)
    orders = opened.list_orders(status)
    if count is None:
        count = _SCREENFUL if sys.stdout.isatty() and not context.as_json else 0
    total = 0
    if count:
        orders, total = _newest(orders, count)
    if context.as_json:
        render.document({"orders": [render_desk.order_json(order) for order in orders]})
        return
    shown = list(orders)
    if shown:
        render_desk.show_orders(shown)
    else:
        _report_no_orders(opened.name, status)
    if shown and total > count:
        render.message(f"{count} of {total}; -n 0 shows all")


def _newest(orders: Iterator[Order], count: int) -> tuple[Iterator[Order], int]:
    """Return the last orders, and how many there are in total."""
    newest: deque[Order] = deque(maxlen=count)
    total = 0
    for order in orders:
        newest.append(order)
        total += 1
    return iter(newest), total


def _report_no_orders(account: str, status: str | None) -> None:
    which = f"orders with status {status}" if status else "orders"
    render.message(
        f"account {account} has no {which}; `ordosync orders add` creates one, and import-orders"
        " imports the Merchant's"
    )


@app.command("show")
@with_context()
def show_order(
    number: Annotated[str, typer.Argument(autocompletion=completion.number)],
    *,
    account: common.Account = None,
    context: Context,
) -> None:
    """Show one order with its lines, shipments and timeline.

    For example:
      ordosync orders show 1001
    """
    opened = common.open_desk(context.config, account)
    order = common.read_order(opened, number)
    parts = (opened.units_of(number), opened.timeline(number), opened.shipments_of(number))
    if context.as_json:
        render.document({"orders": [render_desk.order_detail_json(order, *parts)]})
    else:
        render_desk.show_order(order, *parts)


app.command("add")(add_order)
app.command("cancel")(cancel_order)
app.command("restore")(restore_order)
app.command("ship")(ship_order)
app.command("split")(split_order)
