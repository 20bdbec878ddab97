"""`orders list`: the orders of a local account, all of them or a selection."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Annotated, Any

import typer

from ordosync.cli.context import Context, with_context
from ordosync.cli.desk import common
from ordosync.cli.desk.account_choice import open_desks
from ordosync.cli.desk.order_selection import OrderSelection
from ordosync.cli.output import desk_csv, render
from ordosync.cli.output.desk import listed_json, pieces_json
from ordosync.cli.output.order_rows import OrderRow, show_orders
from ordosync.embedded.desk import Desk
from ordosync.embedded.order_filter import ALL
from ordosync.embedded.order_list import ListedOrder
from ordosync.embedded.search import Search
from ordosync.engine.order_owners import Owners

_SCREENFUL = 50
_BATCH = 500


@dataclass(frozen=True, kw_only=True)
class _List:
    """The selected orders of one account."""

    account: str
    rows: Iterator[OrderRow]
    total: int
    is_selection: bool


@with_context(csv=True, filters=OrderSelection)
def list_orders(
    *,
    filters: OrderSelection,
    count: Annotated[
        int | None,
        typer.Option(
            "-n",
            min=0,
            max=1_000_000,
            help="Number of orders, the newest; 0 for all (default: 50 on a terminal, else all).",
        ),
    ] = None,
    account: common.Account = None,
    context: Context,
) -> None:
    """List the orders, the newest last; those of all local accounts if none is chosen.

    An order has the date when it was placed if its portal sends that (`send: [placed_at]`),
    otherwise the date when it came. Days are in UTC.

    For example:
      ordosync orders list --status awaiting_fulfillment --late 2d
    """
    if count is None:
        count = _SCREENFUL if sys.stdout.isatty() and context.as_text else 0
    accounts = _accounts(context, filters, account)
    lists = [_select(context, filters, opened, owners, count) for opened, owners in accounts]
    filters.check_found(any(of.total for of in lists), [opened for opened, _ in accounts])
    rows = chain.from_iterable(of.rows for of in lists)
    if context.as_json:
        render.document({"orders": [_json(row) for row in rows]})
    elif context.as_csv:
        desk_csv.write_orders(rows)
    elif any(of.total for of in lists):
        show_orders(rows, has_accounts=len(lists) > 1)
        for of in lists:
            if count and of.total > count:
                which = f"account {of.account}: " if len(lists) > 1 else ""
                render.message(f"{which}{count} of {of.total}; -n 0 shows all")
    else:
        names = [of.account for of in lists]
        _report_no_orders(names, is_selection=any(of.is_selection for of in lists))


def _accounts(
    context: Context, filters: OrderSelection, account: str | None
) -> list[tuple[Desk, Owners]]:
    """Return the accounts to list; without a choice, those that the portal has."""
    desks = open_desks(context.config, account)
    accounts = [(opened, Owners.of(context.config, opened.name)) for opened in desks]
    portal = filters.portal
    return [of for of in accounts if portal and of[1].has_portal(portal)] or accounts


def _select(
    context: Context, filters: OrderSelection, opened: Desk, owners: Owners, count: int
) -> _List:
    selection = filters.to_filter(owners, context.clock.now())
    listed, total = opened.select_orders(selection, newest=count or None)
    return _List(
        account=opened.name,
        rows=_rows(opened, owners, listed),
        total=total,
        is_selection=selection != ALL,
    )


def _rows(opened: Desk, owners: Owners, listed: Iterator[ListedOrder]) -> Iterator[OrderRow]:
    """Yield the rows of an account, with the pieces of split orders."""
    search = Search(opened.file)
    while entries := [*islice(listed, _BATCH)]:
        split = [entry.order.number for entry in entries if entry.order.is_split]
        pieces = search.pieces_of(split) if split else {}
        for entry in entries:
            found = pieces.get(entry.order.number, {})
            yield OrderRow(opened.name, entry.order, owners.owner(entry), found)


def _json(row: OrderRow) -> dict[str, Any]:
    listed = listed_json(row.order, row.owner)
    return {**listed, "pieces": pieces_json(row.pieces), "account": row.account}


def _report_no_orders(accounts: Sequence[str], *, is_selection: bool) -> None:
    who = f"account {accounts[0]} has" if len(accounts) == 1 else "the local accounts have"
    if is_selection:
        option = f" --account {accounts[0]}" if len(accounts) == 1 else ""
        render.message(
            f"{who} no such orders; `ordosync orders list{option}` lists all, and `ordosync find"
            " TEXT` searches every account"
        )
        return
    render.message(
        f"{who} no orders; `ordosync orders add` creates one, and import-orders"
        " imports the Merchant's"
    )
