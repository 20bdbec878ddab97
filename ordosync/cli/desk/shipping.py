"""`orders ship`: ships orders of a local account, or voids a label, and notifies the Merchant."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from ordosync.cli import completion
from ordosync.cli.context import Context, with_context
from ordosync.cli.desk import common, input_rows, send_now
from ordosync.cli.desk.input_rows import InputRow
from ordosync.cli.output import render
from ordosync.embedded.desk import Desk
from ordosync.errors import UsageError
from ordosync.models import Order, Outcome, Shipment
from ordosync.text import plural

_NEEDED = ("number", "carrier", "tracking")
_COLUMNS = (*_NEEDED, "method", "cost", "warehouse", "shipped-at")
_TASKS = ("split-order", "update-tracking")
_TOLERANCE = timedelta(days=1)
"""Maximum time by which a shipment may lie in the future, for clocks that differ."""
_FIRST_YEAR = 1970


@dataclass(frozen=True, kw_only=True)
class _Request:
    row: InputRow
    order: Order
    shipment: Shipment


@with_context()
def ship_order(
    number: Annotated[str | None, typer.Argument(autocompletion=completion.number)] = None,
    *,
    carrier: Annotated[str, typer.Option("--carrier", help="Carrier.")] = "",
    tracking: Annotated[str, typer.Option("--tracking", help="Tracking number.")] = "",
    method: Annotated[str, typer.Option("--method", help="Shipping method, such as Ground.")] = "",
    cost: Annotated[str, typer.Option("--cost", help="Cost of the label.")] = "",
    warehouse: Annotated[
        str, typer.Option("--warehouse", help="Warehouse (default: the account's).")
    ] = "",
    shipped_at: Annotated[
        str,
        typer.Option(
            "--shipped-at", metavar="TIME", help="Ship time, ISO 8601 with offset (default: now)."
        ),
    ] = "",
    void: Annotated[
        bool, typer.Option("--void", help="Void the label and reopen the order.")
    ] = False,
    file: Annotated[
        Path | None, typer.Option("--from", metavar="FILE.csv", help="Read rows from a CSV file.")
    ] = None,
    account: common.Account = None,
    context: Context,
) -> None:
    """Ship an order and notify the Merchant at once.

    --from reads a CSV file with a column for each option. Refused rows are written to
    FILE.refused.csv with their row number and the reason; fix them there and read that file.

    Exits 1 if a row was refused, or if a change was saved but could not be sent; `run-due` sends
    it later.
    """
    values = (number or "", carrier, tracking, method, cost, warehouse, shipped_at)
    row = InputRow(cells=dict(zip(_COLUMNS, values, strict=True)))
    _check_options(row, file, void=void)
    opened = common.open_desk(context.config, account)
    if void:
        code = _void(context, opened, row.get("number"))
    elif file:
        code = _ship_file(context, opened, file)
    else:
        code = _ship_one(context, opened, row)
    raise typer.Exit(code)


def _check_options(row: InputRow, file: Path | None, *, void: bool) -> None:
    """Raise `UsageError` if the options contradict each other."""
    used = [f"--{name}" for name in _COLUMNS[1:] if row.get(name)]
    number = row.get("number")
    if void and (not number or file or used):
        extra = [*used, "--from"] if file else used
        hint = f"; leave out {', '.join(extra)}" if extra else ""
        raise UsageError(f"--void voids the label of one order, and needs its number{hint}")
    if bool(number) == bool(file):
        raise UsageError("name one order, or a file with --from")
    if file and used:
        raise UsageError(f"--from reads everything from the file; leave out {', '.join(used)}")


def _ship_one(context: Context, opened: Desk, row: InputRow) -> int:
    request = _request(opened, row, opened.warehouses(), now=context.clock.now())
    result = send_now.save_and_send(
        context, opened, _TASKS, lambda: opened.ship([request.shipment])
    )
    [outcome] = result.outcomes
    common.check_order(opened, outcome, request.order.number)
    _report(context, opened, [(request, outcome)])
    return send_now.report(result, as_json=context.as_json)


def _ship_file(context: Context, opened: Desk, file: Path) -> int:
    requests: list[_Request] = []
    refused: list[tuple[InputRow, str]] = []
    warehouses, now = opened.warehouses(), context.clock.now()
    for row in input_rows.read_rows(file, _NEEDED, _COLUMNS):
        try:
            requests.append(_request(opened, row, warehouses, now=now))
        except UsageError as error:
            refused.append((row, str(error)))
    shipments = [request.shipment for request in requests]
    result = send_now.save_and_send(context, opened, _TASKS, lambda: opened.ship(shipments))
    results = list(zip(requests, result.outcomes, strict=True))
    refused += [
        (request.row, outcome.reason)
        for request, outcome in results
        if outcome.state not in ("done", "unchanged")
    ]
    _report(context, opened, results)
    code = send_now.report(result, as_json=context.as_json)
    if rejects := input_rows.write_rejects(file, refused):
        render.message(f"{len(refused)} refused: see {rejects}")
    return int(bool(code or refused))


def _void(context: Context, opened: Desk, number: str) -> int:
    common.read_order(opened, number)
    result = send_now.save_and_send(context, opened, _TASKS, lambda: [opened.void(number)])
    common.check_order(opened, result.outcomes[0], number)
    portal = common.portal_from(context.config, opened, number)
    is_sent = portal is not None and send_now.warn_without_tracking(portal)
    note = "; the Merchant's order stays shipped, with a voided label" if is_sent else ""
    render.message(f"the label of order {number} is voided{note}")
    return send_now.report(result, as_json=context.as_json)


def _report(context: Context, opened: Desk, results: Sequence[tuple[_Request, Outcome]]) -> None:
    """Report how many orders were shipped, with warnings."""
    shipped = [request.order for request, outcome in results if outcome.state == "done"]
    repeated = sum(outcome.state == "unchanged" for _, outcome in results)
    verb = plural(repeated, "was already shipped", "were already shipped")
    repeated_text = f", {repeated} {verb} with the same tracking number" if repeated else ""
    render.message(f"{len(shipped)} shipped{repeated_text}")
    for order in shipped:
        if order.status == "dropshipment_requested":
            supplier = opened.supplier_of(order.number)
            render.message(
                f"order {order.number} is requested from {supplier}, which may ship it, too"
            )
    portals = [common.portal_from(context.config, opened, order.number) for order in shipped]
    for portal in {portal.name: portal for portal in portals if portal}.values():
        send_now.warn_without_tracking(portal)


def _request(opened: Desk, row: InputRow, warehouses: Sequence[str], *, now: datetime) -> _Request:
    """Parse one row. Raises `UsageError`."""
    _check_values(row)
    tracking = row.id("tracking")
    order = common.read_order(opened, row.id("number"))
    cost, warehouse = row.get("cost"), row.get("warehouse") or opened.warehouse
    if warehouse not in warehouses:
        names = ", ".join(warehouses)
        raise UsageError(f"account {opened.name} has no warehouse {warehouse!r}; known: {names}")
    shipment = Shipment(
        id="",
        order_id=order.number,
        tracking_number=tracking,
        carrier=row.get("carrier"),
        method=row.get("method"),
        cost=input_rows.money(cost) if cost else None,
        currency=order.currency if cost else "",
        warehouse=warehouse,
        shipped_at=_shipped_at(row.get("shipped-at"), now),
    )
    return _Request(row=row, order=order, shipment=shipment)


def _check_values(row: InputRow) -> None:
    missing = [name for name in _NEEDED if not row.get(name)]
    if missing and row.number:
        raise UsageError(f"has no {' and no '.join(missing)}")
    if missing:
        raise UsageError(f"add {', '.join(f'--{name}' for name in missing)}")


def _shipped_at(text: str, now: datetime) -> datetime:
    now = now.astimezone()
    at = input_rows.parse_time(text) if text else now
    if at.year < _FIRST_YEAR:
        raise UsageError(f"{text!r} is before {_FIRST_YEAR}; use the time when it was shipped")
    if at > now + _TOLERANCE:
        raise UsageError(
            f"{text!r} is more than a day in the future; use the time when it was shipped"
        )
    return at
