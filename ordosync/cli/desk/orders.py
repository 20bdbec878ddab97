"""The desk of an embedded account: its orders are taken, looked at, cancelled and restored."""

import re
import sys
from collections import deque
from collections.abc import Callable
from typing import Annotated

import typer

from ordosync.cli import completion, options
from ordosync.cli.desk import common, input_rows, send_now, shipping
from ordosync.cli.output import desk as render_desk
from ordosync.cli.output import render
from ordosync.config import find_config, load_config
from ordosync.config.settings import Config, PortalConfig
from ordosync.embedded.desk import Desk
from ordosync.engine.scheduling.timetable import why_not
from ordosync.errors import UsageError
from ordosync.models import Address, Line, Order, Outcome, Product
from ordosync.store import Store
from ordosync.text import plural

app = typer.Typer(help="The orders of an embedded account.", no_args_is_help=True)
STATUSES = ("awaiting_fulfillment", "dropshipment_requested", "shipped", "cancelled")
_SCREENFUL = 50

Number = Annotated[str, typer.Argument(autocompletion=completion.number)]


def _statuses(incomplete: str) -> list[str]:
    return [word for word in STATUSES if word.startswith(incomplete)]


@app.command("list")
def list_orders(
    *,
    status: Annotated[
        str | None,
        typer.Option("--status", help="Only with this status.", autocompletion=_statuses),
    ] = None,
    count: Annotated[
        int | None,
        typer.Option(
            "-n", min=0, max=1_000_000, help="The newest; 0 for all. On a terminal 50, else all."
        ),
    ] = None,
    account: common.Account = None,
    config: options.Config = None,
    as_json: options.Json = False,
    debug: options.Debug = False,  # noqa: ARG001 - seen by `run`
) -> None:
    """List the orders, the newest last."""
    if status is not None and status not in STATUSES:
        raise UsageError(f"there is no status {status!r}; there is: {', '.join(STATUSES)}")
    opened = common.open_desk(load_config(find_config(config)), account)
    found = opened.list_orders(status)
    if count is None:
        count = _SCREENFUL if sys.stdout.isatty() and not as_json else 0
    seen = 0
    if count:
        newest: deque[Order] = deque(maxlen=count)
        for order in found:
            newest.append(order)
            seen += 1
        found = iter(newest)
    if as_json:
        render.document({"orders": [render_desk.order_json(order) for order in found]})
        return
    shown = list(found)
    if not shown:
        whose = f"account {opened.name} has no order" + (f" that is {status}" if status else "")
        render.message(
            f"{whose}; `ordosync orders add` takes one, import-orders brings the Merchant's"
        )
        return
    render_desk.orders(shown)
    if seen > count:
        render.message(f"{count} of {seen}; -n 0 shows all")


@app.command("show")
def show_order(
    number: Number,
    *,
    account: common.Account = None,
    config: options.Config = None,
    as_json: options.Json = False,
    debug: options.Debug = False,  # noqa: ARG001 - seen by `run`
) -> None:
    """Show one order, with its lines, what was sent of it and its timeline."""
    opened = common.open_desk(load_config(find_config(config)), account)
    order = common.read_order(opened, number)
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
        list[str],
        typer.Option(
            "--line",
            metavar="SKU=QTY[@PRICE]",
            help="Once a line; without a price that of the product.",
        ),
    ],
    supplier: Annotated[
        str | None, typer.Option("--supplier", help="Who ships it; else this account does.")
    ] = None,
    currency: Annotated[
        str, typer.Option("--currency", help="Of the prices: three capital letters.")
    ] = "",
    name: Annotated[str, typer.Option("--name", help="Whom it is shipped to.")] = "",
    company: Annotated[str, typer.Option("--company", help="Where they work.")] = "",
    street1: Annotated[str, typer.Option("--street1", help="Street and house number.")] = "",
    street2: Annotated[str, typer.Option("--street2", help="Floor, door and the like.")] = "",
    city: Annotated[str, typer.Option("--city", help="Town or city.")] = "",
    state: Annotated[str, typer.Option("--state", help="State or province.")] = "",
    postcode: Annotated[str, typer.Option("--zip", help="Postcode.")] = "",
    country: Annotated[str, typer.Option("--country", help="Such as DE.")] = "",
    email: Annotated[str, typer.Option("--email", help="Of whom it is shipped to.")] = "",
    phone: Annotated[str, typer.Option("--phone", help="Of whom it is shipped to.")] = "",
    account: common.Account = None,
    config: options.Config = None,
    as_json: options.Json = False,
    debug: options.Debug = False,  # noqa: ARG001 - seen by `run`
) -> None:
    """Take an order; with --supplier it is requested from that supplier."""
    if not number.strip():
        raise UsageError("an order needs a number: `ordosync orders add NUMBER --line SKU=QTY`")
    input_rows.whole(number, "number")
    input_rows.whole(postcode, "postcode")
    if currency and not re.fullmatch("[A-Z]{3}", currency):
        raise UsageError(f"{currency!r} is not a currency such as EUR: three capital letters")
    settings = load_config(find_config(config))
    opened = common.open_desk(settings, account)
    if supplier is not None:
        common.check_supplier(settings, opened, supplier)
    parts = [_parts(text) for text in line]
    known = opened.products_of([sku for sku, _, _ in parts])
    order = Order(
        id="",
        number=number,
        lines=tuple(
            _line(f"{number}/{place}", part, known.get(part[0]))
            for place, part in enumerate(parts, 1)
        ),
        ship_to=Address(
            name=name,
            company=company,
            street1=street1,
            street2=street2,
            city=city,
            state=state,
            zip=postcode,
            country=country,
            email=email,
            phone=phone,
        ),
        currency=currency,
    )
    common.check_order(opened, opened.add_order(order, supplier=supplier), number)
    new = [sku for sku in dict.fromkeys(sku for sku, _, _ in parts) if sku not in known]
    if new:
        what = plural(len(new), "is a new product", "are new products")
        render.message(f"{', '.join(new)} {what}: account {opened.name} did not know it before")
    _report(opened, number, "added", as_json=as_json)


@app.command("cancel")
def cancel_order(
    number: Number,
    *,
    account: common.Account = None,
    config: options.Config = None,
    as_json: options.Json = False,
    debug: options.Debug = False,  # noqa: ARG001 - seen by `run`
) -> None:
    """Cancel an open order; what a Merchant cancels, `cancel-orders` cancels at the Supplier."""
    settings = load_config(find_config(config))
    opened = common.open_desk(settings, account)
    before = common.read_order(opened, number)
    outcome = _saved(settings, opened, number, lambda: opened.cancel(number))
    common.check_order(opened, outcome, number)
    if outcome.state == "unchanged":
        _report(opened, number, "was cancelled already", as_json=as_json)
        return
    _report(opened, number, "cancelled", as_json=as_json)
    if told := _where_it_travels(settings, opened, before):
        render.message(told)


@app.command("restore")
def restore_order(
    number: Number,
    *,
    supplier: Annotated[
        str | None, typer.Option("--supplier", help="Request it from this supplier again.")
    ] = None,
    account: common.Account = None,
    config: options.Config = None,
    as_json: options.Json = False,
    debug: options.Debug = False,  # noqa: ARG001 - seen by `run`
) -> None:
    """Let a cancelled order wait to be shipped again, by this account or a supplier."""
    settings = load_config(find_config(config))
    opened = common.open_desk(settings, account)
    common.read_order(opened, number)
    if supplier is not None:
        common.check_supplier(settings, opened, supplier)
    asked_before = opened.supplier_of(number)

    def save() -> Outcome:
        outcome = opened.restore(number)
        return opened.request(number, supplier) if supplier and outcome.state == "done" else outcome

    outcome = _saved(settings, opened, number, save)
    common.check_order(opened, outcome, number)
    said = "restored"
    if supplier:
        said += f"; it is requested from {supplier} again"
    elif asked_before:
        said += (
            f"; it waits to be shipped by this account, not by {asked_before}"
            f" (--supplier {asked_before} requests it again)"
        )
    _report(opened, number, said, as_json=as_json)
    if _was_cancelled_by_merchant(settings, opened, number):
        render.message(
            "the Merchant cancelled this order, so nobody waits for it: send it only if it is"
            " requested again. `ordosync attention` lists it, and `ordosync reconcile --fix`"
            " cancels it here again"
        )


def _saved(settings: Config, opened: Desk, number: str, save: Callable[[], Outcome]) -> Outcome:
    """Save a change; where the order is a Merchant's, note at once what no task carries there."""
    if common.portal_from(settings, opened, number) is None:
        return save()
    return send_now.at_once(settings, opened, ("update-tracking",), lambda: [save()]).outcomes[0]


def _was_cancelled_by_merchant(settings: Config, opened: Desk, number: str) -> bool:
    portal = common.portal_from(settings, opened, number)
    if portal is None:
        return False
    with Store.open(settings.database, readonly=True) as store:
        link = store.links(portal.name).of_supplier("order", [number]).get(number)
    return link is not None and link.state == "cancelled_by_task"


shipping.add_to(app)


def _report(opened: Desk, number: str, said: str, *, as_json: bool) -> None:
    """Say what was done to an order, or show it."""
    if as_json:
        order = common.read_order(opened, number)
        render.document({"orders": [render_desk.order_json(order)]})
    else:
        render.message(f"order {number} {said}")


def _where_it_travels(settings: Config, opened: Desk, before: Order) -> str | None:
    """Say who learns of a cancellation, and when; None where nobody else is concerned."""
    if common.portal_from(settings, opened, before.number):
        return (
            "the Merchant is not told: cancellations travel only from the Merchant to the Supplier."
            " Tell the Merchant to cancel it, too; until then `ordosync attention` lists it"
        )
    supplier = opened.supplier_of(before.number)
    portal = common.portal_to(settings, opened, supplier) if supplier else None
    if portal is None or before.status != "dropshipment_requested":
        return None
    if reason := why_not(settings, portal, "cancel-orders"):
        return reason
    whole = _whole_at_supplier(settings, portal, before)
    if whole:
        return (
            f"{supplier} has it as a part of order {whole}, and no task cancels a part: tell"
            f" {supplier} to leave it out. `ordosync cancel-orders` notes it on both orders, and"
            " `ordosync attention` lists it from then on"
        )
    interval = portal.tasks["cancel-orders"]
    at_supplier = f"`ordosync cancel-orders` cancels it at {supplier}"
    if interval == "off":
        return f"{at_supplier}; by itself it does not run: it is off in the configuration"
    return f"{at_supplier} now, and by itself in its interval, {interval}"


def _whole_at_supplier(settings: Config, portal: PortalConfig, piece: Order) -> str | None:
    """Return the Supplier's order of which this one is a part that only the Merchant has."""
    family = [piece.number, *piece.ancestors]
    with Store.open(settings.database, readonly=True) as store:
        links = store.links(portal.name).of_merchant("order", family)
    known = next((links[one] for one in family if one in links), None)
    return known.supplier_id if known and known.merchant_id != piece.number else None


def _parts(text: str) -> tuple[str, str, str]:
    sku, what = input_rows.parse_pair(text)
    count, _, price = what.partition("@")
    return sku, count, price


def _line(line_id: str, given: tuple[str, str, str], known: Product | None) -> Line:
    sku, count, price = given
    usual = known.price if known else None
    return Line(
        id=line_id,
        sku=sku,
        name=known.name if known else sku,
        quantity=input_rows.quantity(count, least=1),
        unit_price=input_rows.money(price) if price else usual,
    )
