"""The desk of an embedded account: orders are shipped and split, and the Merchant is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from ordosync.cli import completion, options
from ordosync.cli.desk import common, input_rows, send_now
from ordosync.cli.desk.input_rows import InputRow
from ordosync.cli.output import render
from ordosync.clock import Clock
from ordosync.config import find_config, load_config
from ordosync.config.settings import Config
from ordosync.embedded.desk import Desk
from ordosync.errors import UsageError
from ordosync.models import Order, Outcome, Piece, PieceLine, Shipment, Split
from ordosync.text import plural

_NEEDED = ("number", "carrier", "tracking")
_COLUMNS = (*_NEEDED, "method", "cost", "warehouse", "shipped-at")
_TASKS = ("split-order", "update-tracking")
_SOON = timedelta(days=1)
_FIRST_YEAR = 1970


@dataclass(frozen=True, kw_only=True)
class _Wanted:
    row: InputRow
    order: Order
    shipment: Shipment


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("ship")(ship_order)
    app.command("split")(split_order)


def ship_order(
    number: Annotated[str | None, typer.Argument(autocompletion=completion.number)] = None,
    *,
    carrier: Annotated[str, typer.Option("--carrier", help="Who takes it.")] = "",
    tracking: Annotated[str, typer.Option("--tracking", help="Its number there.")] = "",
    method: Annotated[str, typer.Option("--method", help="Such as Ground.")] = "",
    cost: Annotated[str, typer.Option("--cost", help="What the label cost.")] = "",
    warehouse: Annotated[str, typer.Option("--warehouse", help="Where it was packed.")] = "",
    shipped_at: Annotated[
        str, typer.Option("--shipped-at", metavar="TIME", help="With its offset; else now.")
    ] = "",
    void: Annotated[
        bool, typer.Option("--void", help="Delete its label: it is open again.")
    ] = False,
    file: Annotated[
        Path | None, typer.Option("--from", metavar="FILE.csv", help="Many at once.")
    ] = None,
    account: common.Account = None,
    config: options.Config = None,
    as_json: options.Json = False,
    debug: options.Debug = False,  # noqa: ARG001 - seen by `run`
) -> None:
    """Ship an order and tell the Merchant at once.

    --from reads a CSV file whose columns are named like the options; rows that are refused come
    back in FILE.refused.csv with their row and the reason, and can be mended and fed in again.

    Exits 1 when something was refused, or was saved and could not be sent: what waits, run-due
    sends then.
    """
    values = (number or "", carrier, tracking, method, cost, warehouse, shipped_at)
    row = InputRow(cells=dict(zip(_COLUMNS, values, strict=True)))
    _check_words(row, file, void=void)
    settings = load_config(find_config(config))
    opened = common.open_desk(settings, account)
    if void:
        code = _void(settings, opened, row.get("number"), as_json=as_json)
    elif file:
        code = _ship_file(settings, opened, file, as_json=as_json)
    else:
        code = _ship_one(settings, opened, row, as_json=as_json)
    raise typer.Exit(code)


def split_order(
    number: Annotated[str, typer.Argument(autocompletion=completion.number)],
    *,
    piece: Annotated[
        list[str],
        typer.Option(
            "--piece",
            metavar="SKU=QTY[,SKU=QTY]",
            help="Once a piece; #LINEID=QTY where a SKU repeats. Must add up to the order.",
        ),
    ],
    account: common.Account = None,
    config: options.Config = None,
    as_json: options.Json = False,
    debug: options.Debug = False,  # noqa: ARG001 - seen by `run`
) -> None:
    """Split an order into pieces and the Merchant's at once; pieces are shipped one by one."""
    settings = load_config(find_config(config))
    opened = common.open_desk(settings, account)
    order = common.read_order(opened, number)
    wanted = Split(order_id=number, pieces=tuple(_piece(order, text) for text in piece))
    sent = send_now.at_once(settings, opened, ("split-order",), lambda: [opened.split(wanted)])
    common.check_order(opened, sent.outcomes[0], number)
    render.message(f"split into {', '.join(made.id for made in sent.outcomes[0].pieces)}")
    raise typer.Exit(send_now.tell(sent, as_json=as_json))


def _check_words(row: InputRow, file: Path | None, *, void: bool) -> None:
    """Refuse words that do not go together."""
    used = [f"--{name}" for name in _COLUMNS[1:] if row.get(name)]
    number = row.get("number")
    if void and (not number or file or used):
        others = [*used, "--from"] if file else used
        told = f"; leave out {', '.join(others)}" if others else ""
        raise UsageError(f"--void deletes the label of one order, and goes with its number{told}")
    if bool(number) == bool(file):
        raise UsageError("name one order, or a file with --from")
    if file and used:
        raise UsageError(f"--from reads everything from the file; leave out {', '.join(used)}")


def _ship_one(settings: Config, opened: Desk, row: InputRow, *, as_json: bool) -> int:
    one = _wanted(opened, row, opened.warehouses())
    sent = send_now.at_once(settings, opened, _TASKS, lambda: opened.ship([one.shipment]))
    [outcome] = sent.outcomes
    common.check_order(opened, outcome, one.order.number)
    _say(settings, opened, [(one, outcome)])
    return send_now.tell(sent, as_json=as_json)


def _ship_file(settings: Config, opened: Desk, file: Path, *, as_json: bool) -> int:
    wanted: list[_Wanted] = []
    refused: list[tuple[InputRow, str]] = []
    warehouses = opened.warehouses()
    for row in input_rows.read_rows(file, _NEEDED, _COLUMNS):
        try:
            wanted.append(_wanted(opened, row, warehouses))
        except UsageError as error:
            refused.append((row, str(error)))
    sent = send_now.at_once(
        settings, opened, _TASKS, lambda: opened.ship([one.shipment for one in wanted])
    )
    together = list(zip(wanted, sent.outcomes, strict=True))
    refused += [
        (one.row, outcome.reason)
        for one, outcome in together
        if outcome.state not in ("done", "unchanged")
    ]
    _say(settings, opened, together)
    code = send_now.tell(sent, as_json=as_json)
    if back := input_rows.write_rejects(file, refused):
        render.message(f"{len(refused)} refused: see {back}")
    return int(bool(code or refused))


def _void(settings: Config, opened: Desk, number: str, *, as_json: bool) -> int:
    common.read_order(opened, number)
    sent = send_now.at_once(settings, opened, _TASKS, lambda: [opened.void(number)])
    common.check_order(opened, sent.outcomes[0], number)
    portal = common.portal_from(settings, opened, number)
    told = portal is not None and send_now.tells_of_tracking(settings, portal)
    stays = "; the Merchant's order stays shipped, with a void label" if told else ""
    render.message(f"the label of order {number} is void{stays}")
    return send_now.tell(sent, as_json=as_json)


def _say(settings: Config, opened: Desk, together: Sequence[tuple[_Wanted, Outcome]]) -> None:
    """Say how many were shipped, and what a person would not expect of it."""
    shipped = [one.order for one, outcome in together if outcome.state == "done"]
    again = sum(outcome.state == "unchanged" for _, outcome in together)
    before = plural(again, "was shipped with this number", "were shipped with these numbers")
    render.message(f"{len(shipped)} shipped" + (f", {again} {before} before" if again else ""))
    for order in shipped:
        if order.status == "dropshipment_requested":
            supplier = opened.supplier_of(order.number)
            render.message(
                f"order {order.number} is requested from {supplier}, who may send it as well"
            )
    portals = [common.portal_from(settings, opened, order.number) for order in shipped]
    for portal in {portal.name: portal for portal in portals if portal}.values():
        send_now.tells_of_tracking(settings, portal)


def _wanted(opened: Desk, row: InputRow, warehouses: Sequence[str]) -> _Wanted:
    """Read what is to be shipped. Raises `UsageError`."""
    missing = [name for name in _NEEDED if not row.get(name)]
    if missing and row.number:
        raise UsageError(f"has no {' and no '.join(missing)}")
    if missing:
        raise UsageError(f"say {', '.join(f'--{name}' for name in missing)} as well")
    tracking = row.id("tracking")
    order = common.read_order(opened, row.id("number"))
    cost, warehouse = row.get("cost"), row.get("warehouse") or opened.warehouse
    if warehouse not in warehouses:
        there = ", ".join(warehouses)
        raise UsageError(f"account {opened.name} has no warehouse {warehouse!r}; there is: {there}")
    now, at = Clock().now().astimezone(), row.get("shipped-at")
    shipped_at = input_rows.parse_time(at) if at else now
    if shipped_at.year < _FIRST_YEAR:
        raise UsageError(f"{at!r} is before {_FIRST_YEAR}; say when it was sent")
    if shipped_at > now + _SOON:
        raise UsageError(f"{at!r} is more than a day from now; say when it was sent")
    shipment = Shipment(
        id="",
        order_id=order.number,
        tracking_number=tracking,
        carrier=row.get("carrier"),
        method=row.get("method"),
        cost=input_rows.money(cost) if cost else None,
        currency=order.currency if cost else "",
        warehouse=warehouse,
        shipped_at=shipped_at,
    )
    return _Wanted(row=row, order=order, shipment=shipment)


def _piece(order: Order, text: str) -> Piece:
    return Piece(lines=tuple(_part(order, part) for part in text.split(",")))


def _part(order: Order, text: str) -> PieceLine:
    name, count = input_rows.parse_pair(text)
    wanted = name.removeprefix("#")
    by_id = name.startswith("#")
    lines = [line for line in order.lines if (line.id if by_id else line.sku) == wanted]
    if not lines:
        ids = ", ".join(f"{line.sku} (#{line.id})" for line in order.lines)
        raise UsageError(f"order {order.number} has no line {name}; it has {ids}")
    if len(lines) > 1:
        ids = ", ".join(f"#{line.id}" for line in lines)
        raise UsageError(f"{name} is on several lines of order {order.number}; say {ids}")
    return PieceLine(of_line=lines[0].id, quantity=input_rows.quantity(count))
