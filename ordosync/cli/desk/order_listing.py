"""`orders list`: the orders of a local account, all of them or a selection."""

import sys
from typing import Annotated

import typer

from ordosync.cli.context import Context, with_context
from ordosync.cli.desk import common
from ordosync.cli.desk.order_selection import OrderSelection, with_filters
from ordosync.cli.output import desk as render_desk
from ordosync.cli.output import desk_csv, render
from ordosync.embedded.order_filter import ALL
from ordosync.engine.order_owners import Owners

_SCREENFUL = 50


@with_context(csv=True)
@with_filters
def list_orders(
    *,
    filters: OrderSelection,
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

    An order has the date when it was placed if its portal sends that (`send: [placed_at]`),
    otherwise the date when it came. Days are in UTC.

    For example:
      ordosync orders list --status awaiting_fulfillment --late 2d
    """
    opened = common.open_desk(context.config, account)
    owners = Owners.of(context.config, opened.name)
    selection = filters.to_filter(owners, context.clock.now())
    if count is None:
        count = _SCREENFUL if sys.stdout.isatty() and context.as_text else 0
    listed, total = opened.select_orders(selection, newest=count or None)
    rows = ((entry.order, owners.owner(entry)) for entry in listed)
    if context.as_json:
        render.document({"orders": [render_desk.listed_json(*row) for row in rows]})
    elif context.as_csv:
        desk_csv.write_orders(rows)
    elif total:
        render_desk.show_orders(rows)
        if count and total > count:
            render.message(f"{count} of {total}; -n 0 shows all")
    else:
        _report_no_orders(opened.name, is_selection=selection != ALL)


def _report_no_orders(account: str, *, is_selection: bool) -> None:
    if is_selection:
        render.message(
            f"account {account} has no such orders; `ordosync orders list --account {account}`"
            " lists all, and `ordosync find TEXT` searches every account"
        )
        return
    render.message(
        f"account {account} has no orders; `ordosync orders add` creates one, and import-orders"
        " imports the Merchant's"
    )
