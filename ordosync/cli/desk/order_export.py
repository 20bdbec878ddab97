"""`orders export`: all fields of orders, for other programs."""

from pathlib import Path
from typing import Annotated

import typer

from ordosync.cli import completion
from ordosync.cli.context import Context, with_context
from ordosync.cli.desk import common
from ordosync.cli.desk.account_choice import open_desk_of
from ordosync.cli.desk.order_selection import OrderSelection
from ordosync.cli.output import files, order_exports, render
from ordosync.embedded.packing import Packing
from ordosync.engine.order_owners import Owners
from ordosync.errors import UsageError
from ordosync.text import plural


@with_context(json=False, csv=True, filters=OrderSelection)
def export_orders(
    numbers: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ORDER]...", help="Orders (default: all).", autocompletion=completion.number
        ),
    ] = None,
    *,
    filters: OrderSelection,
    as_jsonl: Annotated[
        bool, typer.Option("--jsonl", help="One JSON document per order, each on its own line.")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="FILE", help="Write a file; only you can read it."),
    ] = None,
    account: common.Account = None,
    context: Context,
) -> None:
    """Export orders with their addresses and lines, as CSV or JSON lines.

    CSV is the default, with one row per line of an order. The export has the personal data of
    customers. It goes to standard output, or with --output to a file, whose name ends with .csv or
    .jsonl.

    For example:
      ordosync orders export --since 30d --output orders.csv
    """
    if context.as_csv and as_jsonl:
        raise UsageError("use either --csv or --jsonl")
    files.check_file("--output", output, ".jsonl" if as_jsonl else ".csv")
    opened = (
        open_desk_of(context.config, account, numbers)
        if numbers
        else common.open_desk(context.config, account)
    )
    owners = Owners.of(context.config, opened.name)
    named = tuple(common.read_order(opened, number).number for number in numbers or ())
    selection = filters.to_filter(owners, context.clock.now(), numbers=named)
    packing = Packing(opened.file)
    orders = packing.select(selection)
    rows = ((entry, owners.owner(entry.listed)) for entry in packing.orders(orders))
    write = order_exports.write_json_lines if as_jsonl else order_exports.write_csv_lines
    with files.opened(output) as file:
        write(file, rows)
    if output:
        count = len(orders)
        render.message(f"wrote {count} {plural(count, 'order', 'orders')} to {output}")
