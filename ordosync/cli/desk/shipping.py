"""`orders ship`: ships orders of a local account, or voids a label, and notifies the Merchant."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from ordosync.cli import completion
from ordosync.cli.confirm import Yes
from ordosync.cli.context import Context, with_context
from ordosync.cli.desk import common, input_files, label_replacement, order_lines, send_now
from ordosync.cli.desk.account_choice import confirm_requested, is_inferred, open_desk_of
from ordosync.cli.desk.batches import Batch, Result
from ordosync.cli.desk.change_documents import shipped_json, voided_json
from ordosync.cli.desk.input_files import File
from ordosync.cli.desk.input_rows import InputRow
from ordosync.cli.desk.shipping_report import report_parcels, warn_of_shared_numbers
from ordosync.cli.desk.shipping_rows import (
    FOR_ALL,
    LAYOUT,
    OPTIONS,
    ParcelRequest,
    RequestParser,
    parcels,
)
from ordosync.cli.desk.stock_waking import wake_inventory
from ordosync.cli.output import render
from ordosync.embedded.desk import Desk
from ordosync.errors import UsageError
from ordosync.models import Outcome, ParcelLine


@with_context(dry_run=True)
def ship_order(
    number: Annotated[str | None, typer.Argument(autocompletion=completion.number)] = None,
    *,
    line: Annotated[
        list[str] | None,
        typer.Option(
            "--line",
            metavar="SKU=QTY",
            help="Units in this parcel; repeatable; #LINEID=QTY if a SKU repeats (default: all"
            " that are open).",
        ),
    ] = None,
    carrier: Annotated[str, typer.Option("--carrier", help="Carrier.")] = "",
    tracking: Annotated[
        list[str] | None,
        typer.Option("--tracking", help="Tracking number; repeatable for several of one parcel."),
    ] = None,
    method: Annotated[str, typer.Option("--method", help="Shipping method, such as Ground.")] = "",
    cost: Annotated[str, typer.Option("--cost", help="Cost of the label.")] = "",
    warehouse: Annotated[
        str, typer.Option("--warehouse", help="Warehouse (default: the order's).")
    ] = "",
    shipped_at: Annotated[
        str,
        typer.Option(
            "--shipped-at", metavar="TIME", help="Ship time, ISO 8601 with offset (default: now)."
        ),
    ] = "",
    void: Annotated[
        bool,
        typer.Option(
            "--void", help="Void the label and reopen its units; --tracking selects one of several."
        ),
    ] = False,
    replace: Annotated[
        bool,
        typer.Option(
            "--replace",
            help="Void the label, and ship its units with --tracking (default: same carrier).",
        ),
    ] = False,
    file: File = None,
    yes: Yes = False,
    account: common.Account = None,
    context: Context,
) -> None:
    """Ship an order, or a part of it, and notify the Merchant at once.

    --from reads a CSV file with a column for each option; `desk: columns:` of the configuration
    names the headers that your carrier uses, such as {cost: Price}. --carrier, --method and
    --warehouse are those of rows without their own value. Rows with the columns sku and
    quantity and the same tracking number are one parcel. Refused rows of day.csv are written to
    day.refused.csv with their row number and the reason; fix them there and read that file. A file
    that is read again adds the cost of a parcel that has none.

    Exits 1 if a row was refused, or if a change was saved but could not be sent; `run-due` sends
    it later.

    For example:
      ordosync orders ship 1001 --carrier UPS --tracking 1Z9
    """
    numbers = tracking or [""]
    values = (number or "", carrier, numbers[0], method, cost, warehouse, shipped_at)
    row = InputRow(cells=dict(zip(OPTIONS, values, strict=True)))
    _check_options(row, line or (), file, void=void)
    if replace:
        label_replacement.check_options(row, line or (), void=void)
    rows = input_files.read_rows(context, file, LAYOUT, defaults=_defaults(row)) if file else [row]
    orders = [each.get("number") for each in rows]
    opened = open_desk_of(
        context.config, account, orders, is_to_ship=True, is_file=file is not None
    )
    has_guessed = is_inferred(context.config, account)
    parser = RequestParser(
        desk=opened, now=context.clock.now(), only_own=has_guessed and file is not None
    )
    with opened.file.kept_open("read orders"):
        if not void and not has_guessed:
            confirm_requested(context, opened, orders, "ship", yes=yes)
        if replace:
            row = label_replacement.with_old_carrier(opened, row)
        if not void and not file:
            request = parser.parse(row, lines=line or (), more_numbers=numbers[1:])
    if void:
        code = _void(context, opened, row, numbers)
    elif file:
        code = _ship_file(context, opened, file, rows, parser)
    else:
        save = label_replacement.replace_label if replace else _ship_one
        code = save(context, opened, request)
        if replace:
            warn_of_shared_numbers(opened, [request.shipment])
    raise typer.Exit(code)


def _check_options(row: InputRow, lines: Sequence[str], file: Path | None, *, void: bool) -> None:
    """Raise `UsageError` if the options contradict each other."""
    used = [f"--{name}" for name in OPTIONS[1:] if row.get(name)]
    used += ["--line"] if lines else []
    number = row.get("number")
    if void:
        extra = [name for name in used if name != "--tracking"] + (["--from"] if file else [])
        hint = f"; leave out {', '.join(extra)}" if extra else ""
        if extra or not number:
            raise UsageError(f"--void voids the label of one order, and needs its number{hint}")
    if bool(number) == bool(file):
        raise UsageError("give one order number, or a file with --from")
    own = [name for name in used if name.removeprefix("--") not in FOR_ALL]
    if file and own:
        raise UsageError(f"--from reads everything of a parcel; leave out {', '.join(own)}")


def _defaults(row: InputRow) -> Mapping[str, str]:
    """Return what was typed for all rows of a file."""
    return {name: text for name in FOR_ALL if (text := row.get(name))}


def _ship_one(context: Context, opened: Desk, request: ParcelRequest) -> int:
    result = send_now.save_and_send(
        context,
        opened,
        send_now.SHIPPING_TASKS,
        lambda: opened.ship([request.shipment]),
    )
    [outcome] = result.outcomes
    number = request.order.number
    _wake_inventory(context, opened, [(request, outcome)])
    label_replacement.check_label(opened, request, outcome)
    common.check_order(opened, outcome, number)
    report_parcels(context, opened, [(request, outcome)], result)
    # A parcel without lines holds all units that were open.
    if request.shipment.lines and (rest := _open_units(opened, number)):
        render.message(f"order {number} is partially shipped; {rest} still to ship")
    return _sent(context, opened, result, [Result(rows=(), request=request, outcome=outcome)])


def _wake_inventory(
    context: Context, opened: Desk, results: Sequence[tuple[ParcelRequest, Outcome]]
) -> None:
    """Wake write-inventory-back if parcels are sent from a named warehouse.

    Other parcels change no quantity that can be sold: their units were ordered before.
    """
    elsewhere = [outcome for request, outcome in results if request.shipment.warehouse]
    wake_inventory(context, opened, elsewhere)


def _sent(
    context: Context,
    opened: Desk,
    sent: send_now.Delivery,
    results: Sequence[Result[ParcelRequest]],
) -> int:
    """Report the runs that sent parcels; return the exit code."""
    return send_now.report(
        sent,
        as_json=context.as_json,
        changes=lambda: shipped_json(context.config, opened, results),
    )


def _open_units(opened: Desk, number: str) -> str:
    return order_lines.as_text(
        ParcelLine(line_id=line.line_id, quantity=line.open, sku=line.sku)
        for line in opened.units_of(number)
        if line.open > 0
    )


def _ship_file(
    context: Context, opened: Desk, file: Path, rows: Sequence[InputRow], parser: RequestParser
) -> int:
    batch = Batch.parse(file, parcels(rows), parser.parse_rows)
    shipments = [request.shipment for request in batch.requests]
    result = send_now.save_and_send(
        context, opened, send_now.SHIPPING_TASKS, lambda: opened.ship(shipments)
    )
    results = list(zip(batch.requests, result.outcomes, strict=True))
    _wake_inventory(context, opened, results)
    report_parcels(context, opened, results, result)
    code = _sent(context, opened, result, batch.results(result.outcomes))
    return max(code, batch.finish(context, result.outcomes))


def _void(context: Context, opened: Desk, row: InputRow, numbers: Sequence[str]) -> int:
    if len(numbers) > 1:
        raise UsageError("--void voids one label; give one of its numbers with --tracking")
    before = common.order_to_change(opened, row.get("number"))
    number = before.number
    tracking = _label(opened, number, row)
    result = send_now.save_and_send(
        context,
        opened,
        send_now.SHIPPING_TASKS,
        lambda: [opened.void(number, tracking)],
    )
    [outcome] = result.outcomes
    if outcome.code == "several-parcels":
        raise UsageError(f"order {number} {outcome.reason} with --tracking")
    common.check_order(opened, outcome, number)
    if before.status == "cancelled":
        # Its units are not owed, so they are added to the stock.
        wake_inventory(context, opened, [outcome])
    portal = common.portal_from(context.config, opened, number)
    is_sent = portal is not None and send_now.warn_without_tracking(portal)
    stays = "stays shipped, with" if before.status == "shipped" else "has"
    note = f"; the Merchant's order {stays} a voided label" if is_sent else ""
    label = f"label {tracking}" if tracking else "label"
    render.message(f"the {label} of order {number} is voided{note}")
    voided: Result[None] = Result(rows=(), request=None, outcome=outcome)
    return send_now.report(
        result,
        as_json=context.as_json,
        changes=lambda: voided_json(context.config, opened, number, voided),
    )


def _label(opened: Desk, number: str, row: InputRow) -> str:
    """Return the tracking number of a label; an old one may have spaces."""
    typed = row.get("tracking")
    known = {shipment.tracking_number for shipment in opened.shipments_of(number)}
    return typed if typed in known else row.tracking()
