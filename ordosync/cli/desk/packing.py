"""`orders pick` and `orders slips`: the open units to pack, as a list and as packing slips."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ordosync.cli import completion, options
from ordosync.cli.confirm import Yes
from ordosync.cli.context import Context, with_context
from ordosync.cli.desk import common
from ordosync.cli.desk.account_choice import confirm_requested, open_desk_of
from ordosync.cli.desk.fetch_option import Fetch, fetch_orders
from ordosync.cli.desk.order_selection import OrderSelection
from ordosync.cli.output import files, render
from ordosync.config.settings import Config
from ordosync.embedded.desk import Desk
from ordosync.embedded.orders import OPEN
from ordosync.embedded.packing import OrderUnits, Packing, PickLine
from ordosync.engine.order_owners import Owners, merchant_numbers
from ordosync.errors import OrdosyncError, UsageError
from ordosync.models import Order
from ordosync.text import plural, status_text

if TYPE_CHECKING:
    from ordosync.cli.output.slips import Slip

_PAGE = 500
Numbers = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[ORDER]...",
        help="Orders (default: all with open units).",
        autocompletion=completion.number,
    ),
]


@dataclass(frozen=True, kw_only=True)
class _Selected:
    """The orders to pack in one account."""

    config: Config
    desk: Desk
    owners: Owners
    orders: Sequence[int]
    left_out: int
    """The number of selected orders that a Supplier packs."""

    @property
    def packing(self) -> Packing:
        """The packing table of the account."""
        return Packing(self.desk.file)


@with_context(csv=True, filters=OrderSelection)
def pick_orders(
    numbers: Numbers = None,
    *,
    filters: OrderSelection,
    fetch: Fetch = False,
    html: options.Html = None,
    yes: Yes = False,
    account: common.Account = None,
    context: Context,
) -> None:
    """List the open units to pack, by warehouse, bin and SKU, for all Merchants together.

    A kit is listed as its components. --sku lists only these products or kits. Orders that are
    requested from a Supplier are left out, unless they are named, together with --account. --fetch
    imports new orders and corrected rows first; exits 1 if something of that failed.

    For example:
      ordosync orders pick --status awaiting_fulfillment --html pick.html
    """
    from ordosync.cli.output import pick_lists  # noqa: PLC0415 - other commands start without it

    _check_formats(html, context)
    # A kit needs products that no line of its order has, so they are selected from the list.
    of_orders = replace(filters, skus=())
    opened = _open(context, account, numbers or ())
    fetched = fetch_orders(context, opened, is_asked=fetch, with_table=context.as_text)
    selected = _select(context, opened, numbers or (), of_orders, is_chosen=bool(account), yes=yes)
    lines = selected.packing.pick(selected.orders, [sku.strip() for sku in filters.skus])
    if context.as_json:
        rows = [pick_lists.pick_json(line) for line in lines]
        render.document({"pick": rows, **fetched.as_json()})
    elif context.as_csv:
        pick_lists.write_pick_csv(sys.stdout, lines)
    elif html:
        printed = render.local(context.clock.now())
        page = pick_lists.pick_page(
            lines, account=selected.desk.name, orders=_count_orders(lines), printed=printed
        )
        _write(html, page)
        render.message(f"wrote {html}")
    elif lines:
        pick_lists.show_pick_list(lines)
    _report_rest(selected if lines else replace(selected, orders=()))
    raise typer.Exit(fetched.code)


@with_context(json=False, csv=True, filters=OrderSelection)
def print_slips(
    numbers: Numbers = None,
    *,
    filters: OrderSelection,
    prices: Annotated[
        bool, typer.Option("--prices", help="Show prices; a slip has none otherwise.")
    ] = False,
    fetch: Fetch = False,
    html: options.Html = None,
    yes: Yes = False,
    account: common.Account = None,
    context: Context,
) -> None:
    """Write the packing slips of orders with open units, one printed page per order.

    A slip has the name of the Merchant, the address and the open units, but no prices and no
    Supplier. Without --html, the page goes to standard output. Orders that are requested from a
    Supplier are left out, unless they are named, together with --account.

    For example:
      ordosync orders slips --portal ann-depot --html slips.html
    """
    from ordosync.cli.output import slips  # noqa: PLC0415 - other commands start without it

    _check_formats(html, context)
    if not html and context.as_text and sys.stdout.isatty():
        raise UsageError("slips are a page to print: add `--html slips.html` or `--csv`")
    opened = _open(context, account, numbers or ())
    is_page = context.as_text and bool(html)
    fetched = fetch_orders(context, opened, is_asked=fetch, with_table=is_page)
    selected = _select(context, opened, numbers or (), filters, is_chosen=bool(account), yes=yes)
    parcels = _slips(selected)
    if context.as_csv:
        slips.write_slips_csv(sys.stdout, parcels, prices=prices)
    else:
        _write(html, slips.slips_page(parcels, prices=prices))
    if html:
        count = len(selected.orders)
        render.message(f"wrote {count} {plural(count, 'slip', 'slips')} to {html}")
    _report_rest(selected)
    raise typer.Exit(fetched.code)


def _count_orders(lines: Sequence[PickLine]) -> int:
    return len({number for line in lines for number, _ in line.parts})


def _check_formats(html: Path | None, context: Context) -> None:
    if html and not context.as_text:
        raise UsageError("use only one of --html, --csv and --json")
    files.check_file("--html", html, ".html", ".htm")


def _write(path: Path | None, page: Iterator[str]) -> None:
    with files.opened(path) as file:
        file.writelines(page)


def _select(
    context: Context,
    opened: Desk,
    numbers: Sequence[str],
    filters: OrderSelection,
    *,
    is_chosen: bool,
    yes: bool,
) -> _Selected:
    """Return the open orders that the account packs itself, or those that are named."""
    owners = Owners.of(context.config, opened.name)
    named = _named(opened, numbers, is_chosen=is_chosen)
    confirm_requested(context, opened, named, "pack", yes=yes)
    selection = filters.to_filter(owners, context.clock.now(), numbers=named)
    selection = replace(selection, is_open=True)
    packing = Packing(opened.file)
    of_suppliers = () if numbers else packing.select(replace(selection, is_requested=True))
    own = selection if numbers else replace(selection, is_requested=False)
    orders = packing.select(own)
    filters.check_found(orders or of_suppliers, [opened])
    return _Selected(
        config=context.config,
        desk=opened,
        owners=owners,
        orders=orders,
        left_out=len(of_suppliers),
    )


def _open(context: Context, account: str | None, numbers: Sequence[str]) -> Desk:
    if numbers:
        return open_desk_of(context.config, account, numbers, is_to_ship=True)
    chosen = account or common.default_account(context.config)
    return common.open_desk(context.config, chosen or _only_supplier(context.config))


def _only_supplier(config: Config) -> str | None:
    """Return the local account that packs for all portals; None if there is not exactly one."""
    local = completion.local_accounts(config)
    suppliers = {portal.supplier.account for portal in config.portals.values()}
    packing = [name for name in local if name in suppliers]
    if len(packing) != 1 or len(local) == 1:
        return None
    render.message(f"account {packing[0]}")
    return packing[0]


def _named(opened: Desk, numbers: Sequence[str], *, is_chosen: bool) -> list[str]:
    """Return the full numbers of orders to pack; those without open units are left out.

    Raises an error if an order must not be packed, or if none has open units.
    """
    orders = [common.order_to_change(opened, number) for number in numbers]
    closed = [order for order in orders if order.status not in OPEN and not order.is_split]
    reasons = [
        f"order {order.number} is {status_text(order.status)} and has no open units"
        for order in closed
    ]
    if reasons and len(reasons) == len(orders):
        hint = f"`ordosync orders show {closed[0].number} --account {opened.name}` shows them"
        raise OrdosyncError(f"{reasons[0]}; {hint}")
    for reason in reasons:
        render.message(f"left out: {reason}")
    to_pack = [order for order in orders if order not in closed]
    for order in to_pack:
        _check_to_pack(opened, order, is_chosen=is_chosen)
    return [order.number for order in to_pack]


def _check_to_pack(opened: Desk, order: Order, *, is_chosen: bool) -> None:
    """Raise an error if an order is split, or if a Supplier packs it."""
    if order.is_split:
        pieces = ", ".join(opened.pieces_of(order.number))
        raise OrdosyncError(f"order {order.number} is split; name its pieces: {pieces}")
    supplier = opened.supplier_of(order.number)
    if supplier and not is_chosen:
        raise UsageError(
            f"order {order.number} of account {opened.name} is requested from {supplier}, which"
            f" packs it; to pack it here as well, add --account {opened.name}"
        )


def _slips(selected: _Selected) -> Iterator["Slip"]:
    from ordosync.cli.output.slips import Slip  # noqa: PLC0415 - see above

    for entry, merchant_number in _with_merchant_numbers(selected):
        order, owner = entry.listed.order, selected.owners.owner(entry.listed)
        # An order of a portal that is not in the configuration any more has no known Merchant.
        merchant = owner.merchant or ("" if owner.portal else selected.desk.name)
        lines = zip(order.lines, entry.units, strict=True)
        open_lines = tuple((line, units.open) for line, units in lines if units.open > 0)
        # Another process may have shipped it meanwhile.
        if open_lines:
            differs = merchant_number != order.number
            yield Slip(
                merchant=merchant,
                merchant_number=merchant_number if differs else "",
                order=order,
                lines=open_lines,
            )


def _with_merchant_numbers(selected: _Selected) -> Iterator[tuple[OrderUnits, str]]:
    """Yield the orders to pack, each with the Merchant's own number of it; empty if unknown."""
    entries = selected.packing.orders(selected.orders)
    while page := list(islice(entries, _PAGE)):
        numbers = merchant_numbers(selected.config, selected.owners, [of.listed for of in page])
        for entry in page:
            yield entry, numbers.get(entry.listed.order.number, "")


def _report_rest(selected: _Selected) -> None:
    if not selected.orders:
        render.message(f"account {selected.desk.name} has no such orders with open units")
    if selected.left_out:
        count = selected.left_out
        render.message(
            f"{count} {plural(count, 'order is', 'orders are')} left out: requested from a"
            f" Supplier; `ordosync orders list --account {selected.desk.name} --status"
            f" dropshipment_requested` lists them"
        )
