"""`stock`: the stock of a local account, and the products that are stopped."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from msgspec.structs import replace

from ordosync.cli import completion
from ordosync.cli.context import Context, with_context
from ordosync.cli.desk import (
    common,
    input_files,
    input_rows,
    quota_release,
    send_option,
    stock_changes,
    stopped_products,
)
from ordosync.cli.desk.input_files import File, Layout
from ordosync.cli.desk.input_rows import InputRow
from ordosync.cli.desk.rejects import report_rejects
from ordosync.cli.desk.send_option import Send
from ordosync.cli.desk.stock_waking import wake_inventory
from ordosync.cli.output import desk as render_desk
from ordosync.cli.output import desk_csv, render
from ordosync.embedded.desk import Desk
from ordosync.embedded.stock_counts import Count
from ordosync.errors import UsageError
from ordosync.text import plural

app = typer.Typer(
    help="Manage the stock of a local account, and stop products.", no_args_is_help=True
)
Sku = Annotated[str | None, typer.Argument(autocompletion=completion.sku)]
Warehouse = Annotated[str, typer.Option("--warehouse", help="Warehouse (default: the account's).")]
_Column = Literal["quantity", "by"]


@app.command("list")
@with_context(csv=True)
def list_stock(
    skus: Annotated[
        list[str] | None, typer.Argument(metavar="[SKU]...", autocompletion=completion.sku)
    ] = None,
    *,
    below: Annotated[
        int | None,
        typer.Option("--below", metavar="N", help="Only rows with less than N available."),
    ] = None,
    negative: Annotated[
        bool, typer.Option("--negative", help="Only rows that are oversold: below 0.")
    ] = False,
    warehouse: Annotated[
        str | None, typer.Option("--warehouse", help="Only the stock of this warehouse.")
    ] = None,
    account: common.Account = None,
    context: Context,
) -> None:
    """List physical (on hand), committed and available stock, of all products or of these.

    One row per warehouse. A kit shows only what is available. --below, --negative and --warehouse
    leave out products that were never counted.

    For example:
      ordosync stock list --below 5
    """
    if negative and below is not None:
        raise UsageError("use either --below or --negative")
    limit = 0 if negative else below
    opened = common.open_desk(context.config, account)
    products = opened.products_of(skus or [])
    if missing := [sku for sku in skus or [] if sku not in products]:
        raise UsageError(
            f"no such SKU in account {opened.name}: {missing[0]!r}; `ordosync products list"
            f" --account {opened.name}` lists the products"
        )
    if warehouse is not None:
        common.check_warehouse(opened, warehouse, opened.warehouses())
    rows = render_desk.stock_rows(opened.stock_levels(skus or []))
    levels = [
        row
        for row in rows
        if (limit is None or _is_below(row, limit)) and warehouse in (None, row["warehouse"])
    ]
    if context.as_json:
        render.document({"stock": levels})
    elif context.as_csv:
        desk_csv.write_stock(levels)
    elif levels:
        render_desk.show_stock(levels)
    elif limit is not None:
        render.message(f"account {opened.name} has nothing counted below {limit}")
    elif warehouse is not None:
        render.message(f"account {opened.name} has counted none of them in {warehouse}")
    else:
        render.message(f"account {opened.name} {common.NO_PRODUCT}")


def _is_below(row: Mapping[str, Any], limit: int) -> bool:
    return row["available"] is not None and row["available"] < limit


# Otherwise a quantity such as -5 would be parsed as an unknown option.
@app.command("set", context_settings={"ignore_unknown_options": True})
@with_context(dry_run=True)
def set_stock(
    sku: Sku = None,
    quantity: Annotated[str | None, typer.Argument(metavar="[QTY]")] = None,
    *,
    warehouse: Warehouse = "",
    file: File = None,
    send: Send = False,
    account: common.Account = None,
    context: Context,
) -> None:
    """Set the on-hand quantity, after a count.

    --from reads a CSV file with the columns sku, quantity and, optionally, warehouse. Refused rows
    are written to FILE.refused.csv with their row number and the reason. Exits 1 if there are any.
    --send runs write-inventory-back.

    For example:
      ordosync stock set MUG 40
    """
    row = {"sku": sku or "", "quantity": quantity or "", "warehouse": warehouse}

    _count(context, account, row=row, file=file, column="quantity", send=send)


@app.command("adjust")
@with_context(dry_run=True)
def adjust_stock(
    sku: Sku = None,
    *,
    by: Annotated[
        str | None, typer.Option("--by", metavar="N", help="Change, such as 12 or -3.")
    ] = None,
    warehouse: Warehouse = "",
    file: File = None,
    send: Send = False,
    account: common.Account = None,
    context: Context,
) -> None:
    """Increase or reduce the on-hand quantity.

    --from reads a CSV file with the columns sku, by and, optionally, warehouse, as `stock set`.

    For example:
      ordosync stock adjust MUG --by -3
    """
    row = {"sku": sku or "", "by": by or "", "warehouse": warehouse}

    _count(context, account, row=row, file=file, column="by", send=send)


app.command("stop")(stopped_products.stop_products)
app.command("resume")(stopped_products.resume_products)
app.command("stops")(stopped_products.list_stops)
app.command("release")(quota_release.release_quota)


def _count(
    context: Context,
    account: str | None,
    *,
    row: Mapping[str, str],
    file: Path | None,
    column: _Column,
    send: bool,
) -> None:
    if bool(file) == bool(row["sku"]) or (not file and not row[column]):
        raise UsageError(f"missing SKU or quantity ({column}); or give a file with --from")
    if file and row["warehouse"]:
        raise UsageError("--from reads the warehouse from the file; leave out --warehouse")
    opened = common.open_desk(context.config, account)
    sending = send_option.Request.of(
        context, "write-inventory-back", lambda of: of.supplier.account == opened.name, send=send
    )
    if file:
        code = _count_file(context, opened, file, column, sending)
    else:
        code = _count_one(context, opened, InputRow(cells=dict(row)), column, sending)
    raise typer.Exit(code)


def _count_one(
    context: Context, opened: Desk, row: InputRow, column: _Column, sending: send_option.Request
) -> int:
    warehouses = opened.warehouses()
    count = _parse(opened, row, column)
    before = stock_changes.quantities(opened, [count.sku])
    [outcome] = opened.count([count])
    wake_inventory(context, opened, [outcome])
    reason = stock_changes.reason(opened, count, outcome).removeprefix(f"product {count.sku} ")
    outcome = replace(outcome, reason=reason)
    common.check(opened, outcome, f"product {count.sku}", "stock list")
    sent = sending.send(context)
    if context.as_json:
        document = _counted_json(opened, [count], (), warehouses)
        render.document({**document, **sent.as_json()})
    else:
        old = before.get((count.sku, count.warehouse))
        render.message(stock_changes.counted(opened, count, old, warehouses))
        _show_sent(context, opened, sent)
    return sent.code


def _count_file(
    context: Context, opened: Desk, file: Path, column: _Column, sending: send_option.Request
) -> int:
    warehouses = opened.warehouses()
    refused: list[tuple[InputRow, str]] = []
    counts: list[tuple[InputRow, Count]] = []
    layout = Layout(needed=("sku", column), optional=("warehouse",))
    rows = input_files.read_rows(context, file, layout)
    for row in rows:
        try:
            counts.append((row, _parse(opened, row, column)))
        except UsageError as error:
            refused.append((row, str(error)))
    skus = list(dict.fromkeys(count.sku for _, count in counts))
    before = stock_changes.quantities(opened, skus)
    outcomes = opened.count([count for _, count in counts])
    wake_inventory(context, opened, outcomes)
    sent = sending.send(context)
    refused += [
        (row, stock_changes.reason(opened, count, outcome))
        for (row, count), outcome in zip(counts, outcomes, strict=True)
        if outcome.state != "done"
    ]
    if context.as_json:
        numbers = {row.number for row, _ in refused}
        counted = [count for row, count in counts if row.number not in numbers]
        document = _counted_json(opened, counted, refused, warehouses)
        render.document({**document, **sent.as_json()})
    else:
        render.message(f"{len(rows) - len(refused)} counted in account {opened.name}")
        for sentence in stock_changes.repeated([(row.number, count) for row, count in counts]):
            render.message(sentence)
        _report_new_warehouses(_new_warehouses(opened, warehouses))
        # A preview lists all changes of the account itself.
        if not context.is_dry_run:
            stock_changes.show(before, stock_changes.quantities(opened, skus))
        if len(refused) < len(rows):
            _show_sent(context, opened, sent)
    report_rejects(context, file, refused, rows=rows)
    return max(sent.code, int(bool(refused)))


def _show_sent(context: Context, opened: Desk, sent: send_option.SentRuns) -> None:
    """Show the runs that sent a count, or how each Merchant gets it."""
    sent.show()
    if not sent.is_asked and not context.is_dry_run:
        for sentence in stock_changes.next_steps(context.config, opened):
            render.message(sentence)


def _new_warehouses(opened: Desk, before: Sequence[str]) -> list[str]:
    return [name for name in opened.warehouses() if name not in before]


def _counted_json(
    opened: Desk,
    counts: Sequence[Count],
    refused: Sequence[tuple[InputRow, str]],
    warehouses: Sequence[str],
) -> dict[str, Any]:
    """Return the new stock of the counted products in all warehouses, and the refused rows."""
    skus = list(dict.fromkeys(count.sku for count in counts))
    levels = opened.stock_levels(skus) if skus else ()
    return {
        "counted": len(counts),
        "stock": list(render_desk.stock_rows(levels)),
        "new_warehouses": _new_warehouses(opened, warehouses),
        "refused": [
            {"row": row.number, "sku": row.get("sku") or None, "reason": reason}
            for row, reason in sorted(refused, key=lambda reject: reject[0].number)
        ],
    }


def _report_new_warehouses(names: Sequence[str]) -> None:
    if names:
        words = plural(len(names), "is a new warehouse", "are new warehouses")
        render.message(f"{', '.join(names)} {words}")


def _parse(opened: Desk, row: InputRow, column: _Column) -> Count:
    row.check()
    if not row.get("sku"):
        raise UsageError("has no SKU")
    least = 0 if column == "quantity" else -999_999_999
    return Count(
        sku=row.id("sku"),
        warehouse=row.get("warehouse") or opened.warehouse,
        quantity=input_rows.quantity(row.get(column), least=least),
        is_change=column == "by",
    )
