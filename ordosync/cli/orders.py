"""The desk of an embedded account: its orders."""

from typing import Annotated

import typer

from ordosync import render
from ordosync.accounts import account_class
from ordosync.accounts.sqlite import SqliteAccount
from ordosync.cli import options
from ordosync.config import find_config, load_config
from ordosync.config.model import Config
from ordosync.errors import ConfigError, OrdosyncError, UsageError

app = typer.Typer(help="The orders of an embedded account.", no_args_is_help=True)
STATUSES = ("awaiting_fulfillment", "dropshipment_requested", "shipped", "cancelled")


def _complete_number(ctx: typer.Context, incomplete: str) -> list[str]:
    try:
        account = ctx.params.get("account")
        return open_desk(load_config(find_config(ctx.params.get("config"))), account).order_numbers(
            incomplete
        )
    except OrdosyncError:
        return []  # a shell that completes has no place for our words


Account = Annotated[
    str | None, typer.Option("--account", help="Which account, where there are several.")
]


@app.command("list")
def list_orders(
    *,
    status: Annotated[str | None, typer.Option("--status", help="Only with this status.")] = None,
    account: Account = None,
    config: options.Config = None,
    as_json: options.Json = False,
    debug: options.Debug = False,  # noqa: ARG001 - seen by `run`
) -> None:
    """List the orders, the newest last."""
    if status is not None and status not in STATUSES:
        raise UsageError(f"there is no status {status!r}; there is: {', '.join(STATUSES)}")
    desk = open_desk(load_config(find_config(config)), account)
    found = desk.list_orders(status)
    if as_json:
        render.document({"orders": [render.order_json(order) for order in found]})
    else:
        render.orders(found)


@app.command("show")
def show_order(
    number: Annotated[str, typer.Argument(autocompletion=_complete_number)],
    *,
    account: Account = None,
    config: options.Config = None,
    as_json: options.Json = False,
    debug: options.Debug = False,  # noqa: ARG001 - seen by `run`
) -> None:
    """Show one order, with its lines and its timeline."""
    desk = open_desk(load_config(find_config(config)), account)
    order = desk.read_order(number)
    if order is None:
        raise UsageError(f"account {desk.name} has no order {number!r}; `ordosync orders list`")
    timeline = desk.timeline(number)
    if as_json:
        render.document({"orders": [render.order_detail_json(order, timeline)]})
    else:
        render.order(order, timeline)


def open_desk(config: Config, name: str | None) -> SqliteAccount:
    """Open the embedded account of this name, or the only one there is."""
    embedded = [account for account in config.accounts.values() if account.kind == "sqlite"]
    if not embedded:
        raise ConfigError(["there is no embedded account (kind sqlite), so no desk"])
    if name is None and len(embedded) > 1:
        names = ", ".join(account.name for account in embedded)
        raise UsageError(f"say which account with --account: {names}")
    for account in embedded:
        if name in (None, account.name):
            opened = account_class("sqlite")(
                name=account.name, spool=config.database.parent, **account.options
            )
            if isinstance(opened, SqliteAccount):
                return opened
    raise UsageError(f"there is no embedded account {name!r}")
