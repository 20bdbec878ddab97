"""The desk of an embedded account: its stock."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import typer

from ordosync import render, render_desk
from ordosync.accounts.sqlite import SqliteAccount
from ordosync.accounts.sqlite.desk import Count
from ordosync.cli import desk, options
from ordosync.config import find_config, load_config
from ordosync.errors import UsageError

app = typer.Typer(help="The stock of an embedded account.", no_args_is_help=True)
Sku = Annotated[str | None, typer.Argument(autocompletion=desk.complete_sku)]
Warehouse = Annotated[
    str, typer.Option("--warehouse", help="Where; else the account's own warehouse.")
]
File = Annotated[Path | None, typer.Option("--from", metavar="FILE.csv", help="Many at once.")]


@app.command("list")
def list_stock(
    *,
    account: desk.Account = None,
    config: options.Config = None,
    as_json: options.Json = False,
    debug: options.Debug = False,  # noqa: ARG001 - seen by `run`
) -> None:
    """List physical, committed and available stock, a warehouse a row; a kit only as available."""
    opened = desk.open_desk(load_config(find_config(config)), account)
    rows = list(render_desk.stock_rows(opened.stock_levels()))
    if as_json:
        render.document({"stock": rows})
    else:
        render_desk.stock(rows)


@app.command("set")
def set_stock(
    sku: Sku = None,
    quantity: Annotated[str | None, typer.Argument(metavar="[QTY]")] = None,
    *,
    warehouse: Warehouse = "",
    file: File = None,
    account: desk.Account = None,
    config: options.Config = None,
    debug: options.Debug = False,  # noqa: ARG001 - seen by `run`
) -> None:
    """Take note of a count: how many are on the shelf.

    --from reads a CSV file with the columns sku, quantity and, if need be, warehouse; rows that
    are refused come back in FILE.refused.csv with the reason. Exits 1 when one was.
    """
    row = {"sku": sku or "", "quantity": quantity or "", "warehouse": warehouse}

    _count(config, account, row=row, file=file, what="quantity")


@app.command("adjust")
def adjust_stock(
    sku: Sku = None,
    *,
    by: Annotated[str | None, typer.Option("--by", metavar="N", help="Such as 12, or -3.")] = None,
    warehouse: Warehouse = "",
    file: File = None,
    account: desk.Account = None,
    config: options.Config = None,
    debug: options.Debug = False,  # noqa: ARG001 - seen by `run`
) -> None:
    """Add to a count, or take away from it.

    --from reads a CSV file with the columns sku, by and, if need be, warehouse, as `stock set`.
    """
    row = {"sku": sku or "", "by": by or "", "warehouse": warehouse}

    _count(config, account, row=row, file=file, what="by")


def _count(
    config: Path | None,
    account: str | None,
    *,
    row: Mapping[str, str],
    file: Path | None,
    what: Literal["quantity", "by"],
) -> None:
    if bool(file) == bool(row["sku"]) or (not file and not row[what]):
        raise UsageError(f"say a SKU and how many ({what}), or a file with --from")
    opened = desk.open_desk(load_config(find_config(config)), account)
    if file is None:
        [outcome] = opened.count([_counted(opened, row, what)])
        desk.check(outcome, f"product {row['sku']}")
        render.say(f"{row['sku']} counted")
        return
    refused: list[tuple[Mapping[str, str], str]] = []
    wanted: list[tuple[Mapping[str, str], Count]] = []
    rows = desk.read_rows(file, ("sku", what), ("sku", what, "warehouse"))
    for given in rows:
        try:
            wanted.append((given, _counted(opened, given, what)))
        except UsageError as error:
            refused.append((given, str(error)))
    outcomes = opened.count([count for _, count in wanted])
    refused += [
        (given, outcome.reason)
        for (given, _), outcome in zip(wanted, outcomes, strict=True)
        if outcome.state != "done"
    ]
    render.say(f"{len(rows) - len(refused)} counted")
    if refused:
        render.say(f"{len(refused)} refused: see {desk.give_back(file, refused)}")
        raise typer.Exit(1)


def _counted(
    opened: SqliteAccount, row: Mapping[str, str], what: Literal["quantity", "by"]
) -> Count:
    least = 0 if what == "quantity" else -999_999_999
    return Count(
        sku=row["sku"],
        warehouse=row.get("warehouse") or opened.warehouse,
        quantity=desk.quantity(row[what], least=least),
        is_change=what == "by",
    )
