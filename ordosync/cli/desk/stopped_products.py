"""`stock stop`, `stock resume` and `stock stops`: products that a merchant does not sell."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from ordosync.cli import completion, periods
from ordosync.cli.context import Context, with_context
from ordosync.cli.desk import input_files
from ordosync.cli.desk.input_files import Layout
from ordosync.cli.desk.input_rows import InputRow
from ordosync.cli.output import render
from ordosync.cli.output.csv_output import write_csv
from ordosync.cli.output.tables import table
from ordosync.clock import to_nullable, to_text
from ordosync.engine import check_renames, chosen, register
from ordosync.engine.scheduling.waking import wake_inventory
from ordosync.errors import UsageError
from ordosync.models import normalized_sku
from ordosync.store import Store
from ordosync.store.stock_stops import OPERATOR, Stop
from ordosync.tasks.stock.stops import reason_text

_LONGEST_NOTE = 500
_COLUMNS = ("portal", "sku", "reason", "note", "since", "until", "quantity")
"""The columns of --csv, which are the fields of --json."""
Skus = Annotated[
    list[str] | None, typer.Argument(metavar="[SKU]...", autocompletion=completion.sku)
]
_OF_FILE = Layout(needed=("sku",))
WholeFile = Annotated[
    Path | None,
    typer.Option(
        "--from",
        metavar="FILE",
        help="Read SKUs from the column sku of a CSV or Excel file, or with - from a pipe. A row"
        " that cannot be used stops the command.",
    ),
]
Portal = Annotated[
    str | None,
    typer.Option(
        "--portal",
        metavar="PORTAL",
        help="Only this portal (default: all that write stock).",
        autocompletion=completion.portal,
    ),
]


@with_context(dry_run=True)
def stop_products(
    skus: Skus = None,
    *,
    portal: Portal = None,
    duration: Annotated[
        str | None, typer.Option("--for", metavar="AGE", help="Only for so long: 90m, 2h, 7d.")
    ] = None,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="Reason, for later.")] = "",
    file: WholeFile = None,
    context: Context,
) -> None:
    """Stop selling products: the merchant shows 0, even if the supplier has some.

    The next write-inventory-back writes the 0, and no safety limit holds it back. A product is
    sold again after `stock resume`, or after the time of --for.

    For example:
      ordosync stock stop MUG --note "recalled"
    """
    if len(note) > _LONGEST_NOTE:
        raise UsageError(f"--note is longer than {_LONGEST_NOTE} characters")
    now = context.clock.now()
    until = None if duration is None else periods.after(duration, now, "--for")
    stops = [
        Stop(
            key=normalized_sku(sku),
            sku=sku.strip(),
            reason=OPERATOR,
            note=note,
            since=now,
            until=until,
        )
        for sku in _named(context, skus or (), file)
    ]
    with Store.open(context.config.database) as store:
        register(context.config, store, context.clock)
        portals = _portals(context, portal)
        with store.transaction():
            for name in portals:
                store.stock_stops(name).add(stops)
        wake_inventory(store, portals, context.clock)
    rows = [_json(name, stop) for name in portals for stop in stops]
    if context.as_json:
        render.document({"stopped": rows})
        return
    for row in rows:
        render.message(
            f"{row['sku']} is stopped in portal {row['portal']}; the next write-inventory-back"
            " writes 0"
        )


@with_context(dry_run=True)
def resume_products(
    skus: Skus = None, *, portal: Portal = None, file: WholeFile = None, context: Context
) -> None:
    """Sell stopped products again, also those that a supplier's answer has stopped.

    The next write-inventory-back writes the quantity. Exits 1 if none of them is stopped.

    For example:
      ordosync stock resume MUG
    """
    keys = [normalized_sku(sku) for sku in _named(context, skus or (), file)]
    with Store.open(context.config.database) as store:
        register(context.config, store, context.clock)
        with store.transaction():
            rows = []
            for name in _portals(context, portal, writing=False):
                stops = store.stock_stops(name)
                existing = stops.all()
                stops.remove(keys)
                rows += [_json(name, existing[key]) for key in keys if key in existing]
        wake_inventory(store, {row["portal"] for row in rows}, context.clock)
    if context.as_json:
        render.document({"resumed": rows})
    for row in rows if not context.as_json else ():
        render.message(
            f"{row['sku']} is sold again in portal {row['portal']}; the next write-inventory-back"
            " writes its quantity"
        )
    if not rows:
        if not context.as_json:
            render.message("no such product is stopped; `ordosync stock stops` lists the stops")
        raise typer.Exit(1)


@with_context(csv=True)
def list_stops(*, portal: Portal = None, context: Context) -> None:
    """List the products that a merchant does not sell for a while, with the reason.

    A stop is set by `stock stop`, or by a supplier's answer if `shortages: {zero_stock: [...]}`
    has its reason. The last column is the supplier's quantity when the stop began; as soon as it
    changes, a stop by an answer ends, except if the product is discontinued.

    For example:
      ordosync stock stops
    """
    with Store.open(context.config.database, readonly=True) as store:
        check_renames(context.config, store)
        stops = [
            (name, stop)
            for name in _portals(context, portal, writing=False)
            for stop in store.stock_stops(name).all().values()
        ]
    rows = [_json(name, stop) for name, stop in stops]
    if context.as_json:
        render.document({"stops": rows})
    elif context.as_csv:
        write_csv(sys.stdout, _COLUMNS, rows)
    elif rows:
        headings = ("since", "portal", "sku", "reason", "until", "quantity")
        table(headings, [_row(name, stop) for name, stop in stops])
        render.message("`ordosync stock resume SKU` sells a product again")
    else:
        render.message("no product is stopped")


def _named(context: Context, skus: Sequence[str], file: Path | None) -> Sequence[str]:
    """Return the SKUs that were typed, or those of a file. Raises `UsageError`."""
    if bool(skus) == bool(file):
        raise UsageError("give SKUs, or a file with --from")
    if file:
        rows = input_files.read_rows(context, file, _OF_FILE)
        skus = [_sku(file, row) for row in rows]
    if not skus or not all(sku.strip() for sku in skus):
        raise UsageError("a SKU is empty" if skus else f"{file} has no SKU")
    return list(dict.fromkeys(skus))


def _sku(file: Path, row: InputRow) -> str:
    try:
        row.check()
        return row.id("sku")
    except UsageError as error:
        raise UsageError(f"{file} row {row.number}: {error}") from None


def _portals(context: Context, name: str | None, *, writing: bool = True) -> list[str]:
    """Return the names of the portals. Raises `UsageError` if none of them writes stock."""
    portals = chosen(context.config, [name] if name else [])
    able = [portal for portal in portals if not writing or portal.manage_inventory]
    if not able:
        of = f"portal {name} needs" if name else "a portal needs"
        raise UsageError(f"{of} `manage_inventory: true`; without it, no quantity is written")
    return [portal.name for portal in able]


def _json(portal: str, stop: Stop) -> dict[str, Any]:
    return {
        "portal": portal,
        "sku": stop.sku,
        "reason": stop.reason,
        "note": stop.note or None,
        "since": to_text(stop.since),
        "until": to_nullable(stop.until),
        "quantity": stop.quantity,
    }


def _row(portal: str, stop: Stop) -> tuple[object, ...]:
    reason = reason_text(stop.reason)
    return (
        stop.since,
        portal,
        stop.sku,
        f"{reason} ({stop.note})" if stop.note else reason,
        stop.until or "",
        "not read" if stop.quantity is None else stop.quantity,
    )
