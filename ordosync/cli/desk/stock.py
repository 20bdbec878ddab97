"""The desk of an embedded account: its stock."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from ordosync.cli import completion, options
from ordosync.cli.desk import common, input_rows
from ordosync.cli.desk.input_rows import InputRow
from ordosync.cli.output import desk as render_desk
from ordosync.cli.output import render
from ordosync.config import find_config, load_config
from ordosync.embedded.desk import Count, Desk
from ordosync.errors import UsageError
from ordosync.text import plural

app = typer.Typer(help="The stock of an embedded account.", no_args_is_help=True)
Sku = Annotated[str | None, typer.Argument(autocompletion=completion.sku)]
Warehouse = Annotated[
    str, typer.Option("--warehouse", help="Where; else the account's own warehouse.")
]
File = Annotated[Path | None, typer.Option("--from", metavar="FILE.csv", help="Many at once.")]


@app.command("list")
def list_stock(
    skus: Annotated[
        list[str] | None, typer.Argument(metavar="[SKU]...", autocompletion=completion.sku)
    ] = None,
    *,
    account: common.Account = None,
    config: options.Config = None,
    as_json: options.Json = False,
    debug: options.Debug = False,  # noqa: ARG001 - seen by `run`
) -> None:
    """List physical, committed and available stock of all products, or of these.

    A warehouse a row; a kit only as available.
    """
    opened = common.open_desk(load_config(find_config(config)), account)
    known = opened.products_of(skus or [])
    if missing := [sku for sku in skus or [] if sku not in known]:
        raise UsageError(
            f"account {opened.name} has no product {missing[0]!r}; `ordosync products list"
            f" --account {opened.name}` lists them"
        )
    levels = list(render_desk.stock_rows(opened.stock_levels(skus or [])))
    if as_json:
        render.document({"stock": levels})
    elif levels:
        render_desk.stock(levels)
    else:
        render.message(f"account {opened.name} {common.NO_PRODUCT}")


# Else -5 is taken for an option, and the answer is that there is none of that name.
@app.command("set", context_settings={"ignore_unknown_options": True})
def set_stock(
    sku: Sku = None,
    quantity: Annotated[str | None, typer.Argument(metavar="[QTY]")] = None,
    *,
    warehouse: Warehouse = "",
    file: File = None,
    account: common.Account = None,
    config: options.Config = None,
    debug: options.Debug = False,  # noqa: ARG001 - seen by `run`
) -> None:
    """Take note of a count: how many are on the shelf.

    --from reads a CSV file with the columns sku, quantity and, if need be, warehouse; rows that
    are refused come back in FILE.refused.csv with their row and the reason. Exits 1 when one was.
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
    account: common.Account = None,
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
    if file and row["warehouse"]:
        raise UsageError("--from reads the warehouse from the file; leave out --warehouse")
    opened = common.open_desk(load_config(find_config(config)), account)
    known = opened.warehouses()
    if file is None:
        count = _counted(opened, InputRow(cells=dict(row)), what)
        [outcome] = opened.count([count])
        common.check(opened, outcome, f"product {count.sku}", "stock list")
        render.message(_count_text(opened, count, known))
        return
    refused: list[tuple[InputRow, str]] = []
    wanted: list[tuple[InputRow, Count]] = []
    given = input_rows.read_rows(file, ("sku", what), ("sku", what, "warehouse"))
    for one in given:
        try:
            wanted.append((one, _counted(opened, one, what)))
        except UsageError as error:
            refused.append((one, str(error)))
    outcomes = opened.count([count for _, count in wanted])
    refused += [
        (one, outcome.reason)
        for (one, _), outcome in zip(wanted, outcomes, strict=True)
        if outcome.state != "done"
    ]
    render.message(f"{len(given) - len(refused)} counted")
    new = [name for name in opened.warehouses() if name not in known]
    if new:
        words = plural(len(new), "is a new warehouse", "are new warehouses")
        render.message(f"{', '.join(new)} {words}")
    if back := input_rows.write_rejects(file, refused):
        render.message(f"{len(refused)} refused: see {back}")
        raise typer.Exit(1)


def _counted(opened: Desk, row: InputRow, what: Literal["quantity", "by"]) -> Count:
    if not row.get("sku"):
        raise UsageError("has no SKU")
    least = 0 if what == "quantity" else -999_999_999
    return Count(
        sku=row.id("sku"),
        warehouse=row.get("warehouse") or opened.warehouse,
        quantity=input_rows.quantity(row.get(what), least=least),
        is_change=what == "by",
    )


def _count_text(opened: Desk, count: Count, known: Sequence[str]) -> str:
    """Say what is on the shelf now, and where."""
    new = "" if count.warehouse in known else ", a new warehouse"
    [(_, levels, _)] = opened.stock_levels([count.sku])
    [physical] = [level.physical for level in levels if level.warehouse == count.warehouse]
    return f"{count.sku}: {physical} in {count.warehouse}{new}"
