"""`orders export`: all fields of orders, for other programs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from ordosync.accounts.workbooks.writing import MISSING, can_write
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
    as_xlsx: Annotated[
        bool, typer.Option("--xlsx", help="A workbook; it needs --output FILE.xlsx.")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="FILE", help="Write a file; only you can read it."),
    ] = None,
    account: common.Account = None,
    context: Context,
) -> None:
    """Export orders with their addresses and lines, as CSV, JSON lines or a workbook.

    CSV is the default, with one row per line of an order. The export has the personal data of
    customers. It goes to standard output, or with --output to a file, whose name ends with .csv,
    .jsonl or .xlsx.

    For example:
      ordosync orders export --since 30d --output orders.csv
    """
    _check_format(output, as_csv=context.as_csv, as_jsonl=as_jsonl, as_xlsx=as_xlsx)
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
    filters.check_found(orders, [opened])
    rows = ((entry, owners.owner(entry.listed)) for entry in packing.orders(orders))
    with files.opened(output) as file:
        if as_xlsx:
            order_exports.write_sheet(file.buffer, rows)
        else:
            write = order_exports.write_json_lines if as_jsonl else order_exports.write_csv_lines
            write(file, rows)
    if output:
        count = len(orders)
        render.message(f"wrote {count} {plural(count, 'order', 'orders')} to {output}")


def _check_format(output: Path | None, *, as_csv: bool, as_jsonl: bool, as_xlsx: bool) -> None:
    """Raise `UsageError` if the options of formats do not fit each other, or the file."""
    formats = [name for name, is_set in _formats(as_csv, as_jsonl, as_xlsx) if is_set]
    if len(formats) > 1:
        raise UsageError(f"use either {formats[0]} or {formats[1]}")
    if as_xlsx and output is None:
        raise UsageError("--xlsx needs --output FILE.xlsx")
    if as_xlsx and not can_write():
        raise UsageError(f"--xlsx: {MISSING}")
    suffix = f".{formats[0].removeprefix('--')}" if formats else ".csv"
    files.check_file("--output", output, suffix)


def _formats(*are_set: bool) -> Iterator[tuple[str, bool]]:
    return zip(("--csv", "--jsonl", "--xlsx"), are_set, strict=True)
