"""The desk of an embedded account: its orders."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from ordosync import render, render_desk
from ordosync.accounts.sqlite import SqliteAccount
from ordosync.cli import desk, options
from ordosync.clock import Clock
from ordosync.config import find_config, load_config
from ordosync.config.model import Config
from ordosync.engine import Held
from ordosync.errors import UsageError
from ordosync.models import Address, Line, Order, Outcome, Piece, PieceLine, Shipment, Split
from ordosync.store.runs import Run

app = typer.Typer(help="The orders of an embedded account.", no_args_is_help=True)
STATUSES = ("awaiting_fulfillment", "dropshipment_requested", "shipped", "cancelled")
_COLUMNS = ("number", "carrier", "tracking", "method", "cost", "warehouse", "shipped-at")

Number = Annotated[str, typer.Argument(autocompletion=desk.complete_number)]


@app.command("list")
def list_orders(
    *,
    status: Annotated[str | None, typer.Option("--status", help="Only with this status.")] = None,
    account: desk.Account = None,
    config: options.Config = None,
    as_json: options.Json = False,
    debug: options.Debug = False,  # noqa: ARG001 - seen by `run`
) -> None:
    """List the orders, the newest last."""
    if status is not None and status not in STATUSES:
        raise UsageError(f"there is no status {status!r}; there is: {', '.join(STATUSES)}")
    opened = desk.open_desk(load_config(find_config(config)), account)
    found = opened.list_orders(status)
    if as_json:
        render.document({"orders": [render_desk.order_json(order) for order in found]})
    else:
        render_desk.orders(found)


@app.command("show")
def show_order(
    number: Number,
    *,
    account: desk.Account = None,
    config: options.Config = None,
    as_json: options.Json = False,
    debug: options.Debug = False,  # noqa: ARG001 - seen by `run`
) -> None:
    """Show one order, with its lines, what was sent of it and its timeline."""
    opened = desk.open_desk(load_config(find_config(config)), account)
    order = _read(opened, number)
    timeline, sent = opened.timeline(number), opened.shipments_of(number)
    if as_json:
        render.document({"orders": [render_desk.order_detail_json(order, timeline, sent)]})
    else:
        render_desk.order(order, timeline, sent)


@app.command("add")
def add_order(
    number: Annotated[str, typer.Argument(help="A number that is not taken.")],
    *,
    line: Annotated[
        list[str], typer.Option("--line", metavar="SKU=QTY[@PRICE]", help="Once a line.")
    ],
    supplier: Annotated[
        str | None, typer.Option("--supplier", help="Who ships it; else this account does.")
    ] = None,
    name: Annotated[str, typer.Option("--name", help="Whom it is shipped to.")] = "",
    currency: Annotated[str, typer.Option("--currency", help="Of the prices.")] = "",
    account: desk.Account = None,
    config: options.Config = None,
    as_json: options.Json = False,
    debug: options.Debug = False,  # noqa: ARG001 - seen by `run`
) -> None:
    """Take an order; with --supplier it is requested from that supplier."""
    lines = tuple(_line(number, place, text) for place, text in enumerate(line, 1))
    order = Order(id="", number=number, lines=lines, ship_to=Address(name=name), currency=currency)
    _change(
        config,
        account,
        number,
        lambda opened: opened.add_order(order, supplier=supplier),
        said="added",
        as_json=as_json,
    )


@app.command("cancel")
def cancel_order(
    number: Number,
    *,
    account: desk.Account = None,
    config: options.Config = None,
    as_json: options.Json = False,
    debug: options.Debug = False,  # noqa: ARG001 - seen by `run`
) -> None:
    """Cancel an open order; what a Merchant cancels, `cancel-orders` cancels at the Supplier."""
    _change(
        config,
        account,
        number,
        lambda opened: opened.cancel(number),
        said="cancelled",
        as_json=as_json,
    )


@app.command("restore")
def restore_order(
    number: Number,
    *,
    supplier: Annotated[
        str | None, typer.Option("--supplier", help="Request it from this supplier again.")
    ] = None,
    account: desk.Account = None,
    config: options.Config = None,
    as_json: options.Json = False,
    debug: options.Debug = False,  # noqa: ARG001 - seen by `run`
) -> None:
    """Let a cancelled order wait to be shipped again, by this account or a supplier."""

    def restore(opened: SqliteAccount) -> Outcome:
        outcome = opened.restore(number)
        if supplier and outcome.state == "done":
            return opened.request(number, supplier)
        return outcome

    _change(config, account, number, restore, said="restored", as_json=as_json)


@app.command("ship")
def ship_order(
    number: Annotated[str | None, typer.Argument(autocompletion=desk.complete_number)] = None,
    *,
    carrier: Annotated[str | None, typer.Option("--carrier", help="Who takes it.")] = None,
    tracking: Annotated[str | None, typer.Option("--tracking", help="Its number there.")] = None,
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
    account: desk.Account = None,
    config: options.Config = None,
    as_json: options.Json = False,
    debug: options.Debug = False,  # noqa: ARG001 - seen by `run`
) -> None:
    """Ship an order and tell the Merchant at once.

    --from reads a CSV file whose columns are named like the options; rows that are refused come
    back in FILE.refused.csv with the reason. Exits 1 when something was refused, or was saved and
    could not be sent: run-due sends it then.
    """
    if bool(number) == bool(file):
        raise UsageError("name one order, or a file with --from")
    settings = load_config(find_config(config))
    opened = desk.open_desk(settings, account)
    if void and number:
        _void(settings, opened, number, as_json=as_json)
    rows = (
        desk.read_rows(file, ("number", "carrier", "tracking"), _COLUMNS)
        if file
        else [
            {
                "number": number or "",
                "carrier": carrier or "",
                "tracking": tracking or "",
                "method": method,
                "cost": cost,
                "warehouse": warehouse,
                "shipped-at": shipped_at,
            }
        ]
    )
    refused: list[tuple[Mapping[str, str], str]] = []
    wanted: list[tuple[Mapping[str, str], Shipment]] = []
    for row in rows:
        try:
            wanted.append((row, _shipment(opened, row)))
        except UsageError as error:
            if not file:
                raise
            refused.append((row, str(error)))
    outcomes, runs, held = desk.at_once(
        settings,
        opened,
        ("split-order", "update-tracking"),
        lambda: opened.ship([shipment for _, shipment in wanted]),
    )
    if not file:
        desk.check(outcomes[0], f"order {number}")
    refused += [
        (row, outcome.reason)
        for (row, _), outcome in zip(wanted, outcomes, strict=True)
        if outcome.state not in ("done", "unchanged")
    ]
    render.say(f"{len(rows) - len(refused)} shipped")
    code = _tell(runs, held, as_json=as_json)
    if refused and file:
        render.say(f"{len(refused)} refused: see {desk.give_back(file, refused)}")
    raise typer.Exit(int(bool(code or refused)))


@app.command("split")
def split_order(
    number: Number,
    *,
    piece: Annotated[
        list[str],
        typer.Option(
            "--piece",
            metavar="SKU=QTY[,SKU=QTY]",
            help="Once a piece; #LINEID=QTY where a SKU repeats. Must add up to the order.",
        ),
    ],
    account: desk.Account = None,
    config: options.Config = None,
    as_json: options.Json = False,
    debug: options.Debug = False,  # noqa: ARG001 - seen by `run`
) -> None:
    """Split an order into pieces and the Merchant's at once; pieces are shipped one by one."""
    settings = load_config(find_config(config))
    opened = desk.open_desk(settings, account)
    order = _read(opened, number)
    wanted = Split(order_id=number, pieces=tuple(_piece(order, text) for text in piece))
    outcomes, runs, held = desk.at_once(
        settings, opened, ("split-order",), lambda: [opened.split(wanted)]
    )
    desk.check(outcomes[0], f"order {number}")
    render.say(f"split into {', '.join(made.id for made in outcomes[0].pieces)}")
    raise typer.Exit(_tell(runs, held, as_json=as_json))


def _void(settings: Config, opened: SqliteAccount, number: str, *, as_json: bool) -> None:
    outcomes, runs, held = desk.at_once(
        settings, opened, ("split-order", "update-tracking"), lambda: [opened.void(number)]
    )
    desk.check(outcomes[0], f"order {number}")
    render.say(f"the label of order {number} is void")
    raise typer.Exit(_tell(runs, held, as_json=as_json))


def _tell(runs: Sequence[Run], held: Sequence[Held], *, as_json: bool) -> int:
    if as_json:
        render.document({"runs": [render.run_json(run) for run in runs]})
        return int(any(run.status != "ok" for run in runs))
    return desk.tell_sent(runs, held)


def _change(
    config: Path | None,
    account: str | None,
    number: str,
    change: Callable[[SqliteAccount], Outcome],
    *,
    said: str,
    as_json: bool,
) -> None:
    """Make a change that no task sends at once, and show the order."""
    opened = desk.open_desk(load_config(find_config(config)), account)
    desk.check(change(opened), f"order {number}")
    if as_json:
        render.document({"orders": [render_desk.order_json(_read(opened, number))]})
    else:
        render.say(f"order {number} {said}")


def _read(opened: SqliteAccount, number: str) -> Order:
    order = opened.read_order(number)
    if order is None:
        raise UsageError(f"account {opened.name} has no order {number!r}; `ordosync orders list`")
    return order


def _shipment(opened: SqliteAccount, row: Mapping[str, str]) -> Shipment:
    for name in ("number", "carrier", "tracking"):
        if not row.get(name, "").strip():
            raise UsageError(f"say the {name} as well" if name != "number" else "has no number")
    order = opened.read_order(row["number"])
    if order is None:
        raise UsageError(f"account {opened.name} has no order {row['number']!r}")
    cost, at = row.get("cost", ""), row.get("shipped-at", "")
    return Shipment(
        id="",
        order_id=row["number"],
        tracking_number=row["tracking"].strip(),
        carrier=row["carrier"].strip(),
        method=row.get("method", ""),
        cost=desk.money(cost) if cost else None,
        currency=order.currency if cost else "",
        warehouse=row.get("warehouse") or opened.warehouse,
        shipped_at=desk.moment(at) if at else Clock().now().astimezone(),
    )


def _line(number: str, place: int, text: str) -> Line:
    sku, what = desk.pair(text)
    count, _, price = what.partition("@")
    return Line(
        id=f"{number}/{place}",
        sku=sku,
        name=sku,
        quantity=desk.quantity(count, least=1),
        unit_price=desk.money(price) if price else None,
    )


def _piece(order: Order, text: str) -> Piece:
    return Piece(lines=tuple(_part(order, part) for part in text.split(",")))


def _part(order: Order, text: str) -> PieceLine:
    name, count = desk.pair(text)
    wanted = name.removeprefix("#")
    by_id = name.startswith("#")
    lines = [line for line in order.lines if (line.id if by_id else line.sku) == wanted]
    if not lines:
        ids = ", ".join(f"{line.sku} (#{line.id})" for line in order.lines)
        raise UsageError(f"order {order.number} has no line {name}; it has {ids}")
    if len(lines) > 1:
        ids = ", ".join(f"#{line.id}" for line in lines)
        raise UsageError(f"{name} is on several lines of order {order.number}; say {ids}")
    return PieceLine(of_line=lines[0].id, quantity=desk.quantity(count))
