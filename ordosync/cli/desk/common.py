"""The account, its orders and its portals, for all commands of a local account."""

import os
from collections.abc import Sequence
from typing import Annotated

import typer

from ordosync.accounts import is_embedded
from ordosync.cli import completion
from ordosync.config.hosts import check_host
from ordosync.config.settings import Config, PortalConfig
from ordosync.embedded.desk import Desk
from ordosync.embedded.order_list import ListedOrder
from ordosync.embedded.search import FIRST, Search
from ordosync.engine.portals import supplier_at_merchant
from ordosync.errors import ConfigError, OrdosyncError, UsageError
from ordosync.models import Order, Outcome

Account = Annotated[
    str | None,
    typer.Option(
        "--account",
        "-a",
        help="Account name (default: $ORDOSYNC_ACCOUNT, `default_account:`, or the only one).",
        autocompletion=completion.account,
    ),
]


NO_PRODUCT = "has no products; create one with `ordosync products add`, or by importing an order"


def open_desk(config: Config, name: str | None) -> Desk:
    """Open the local account of this name, the default account, or the only one."""
    names = completion.local_accounts(config)
    name = name or default_account(config)
    for account in config.accounts.values():
        if is_embedded(account.kind) and (account.name == name or not names):
            check_host(config, account.name)
    if not names:
        problem = (
            "there is no local account (kind sqlite), which this command needs; add one, or work"
            " in the remote account itself"
        )
        raise ConfigError([problem])
    if name is None and len(names) > 1:
        raise UsageError(
            f"choose an account with --account: {', '.join(names)}; `default_account:` of the"
            " configuration is that of each command"
        )
    if name not in (None, *names):
        raise UsageError(f"there is no local account {name!r}; known: {', '.join(names)}")
    return completion.open_local(config, name or names[0])


def default_account(config: Config) -> str | None:
    """Return the account of commands without `--account`, if the operator has chosen one."""
    return os.environ.get("ORDOSYNC_ACCOUNT") or config.default_account


def read_order(opened: Desk, number: str) -> Order:
    """Return an order. Raises `UsageError`, with a hint, if the account does not have it."""
    order = opened.read_order(number) or opened.read_order(number.removesuffix(FIRST))
    if order is None:
        near = Search(opened.file).similar(number)
        listing = f"`ordosync orders list --account {opened.name}` lists them"
        hint = f"did you mean {' or '.join(near)}?" if near else listing
        raise UsageError(f"account {opened.name} has no order {number!r}; {hint}")
    return order


def order_to_change(opened: Desk, number: str) -> Order:
    """Return an order as `read_order`, for a command that changes it.

    Raises `UsageError` if orders of several Merchants were sent with this number: the operator may
    know only the number of one of them.
    """
    namesakes = Search(opened.file).namesakes(number)
    same = (named.order for named in namesakes if named.order.number == number)
    order = next(same, None)
    if order is None:
        return read_order(opened, number)
    if len({named.origin.partition(":")[0] for named in namesakes}) > 1:
        names = [
            f"{named.order.number}{'' if place else FIRST} is {_origin(named)}"
            for place, named in enumerate(namesakes)
        ]
        raise UsageError(
            f"several orders of account {opened.name} have the number {number}: {', '.join(names)};"
            " type one of these numbers"
        )
    return order


def _origin(listed: ListedOrder) -> str:
    origin = listed.origin.partition(":")[0]
    return f"of portal {origin}" if origin else "the account's own"


def check(opened: Desk, outcome: Outcome, subject: str, command: str) -> None:
    """Raise `UsageError` if the object does not exist, `OrdosyncError` if the change was refused.

    `look` is the command that shows the object, or lists those that exist.
    """
    if outcome.state in ("done", "unchanged"):
        return
    kind = UsageError if outcome.code == "not-found" else OrdosyncError
    hint = f"`ordosync {command} --account {opened.name}` shows the current state"
    raise kind(f"{subject} {outcome.reason}; {hint}")


def check_order(opened: Desk, outcome: Outcome, number: str) -> None:
    """Raise as `check` does if an order was not changed."""
    check(opened, outcome, f"order {number}", f"orders show {number}")


def check_supplier(config: Config, opened: Desk, supplier: str) -> None:
    """Raise `UsageError` if no portal of this account has this supplier."""
    suppliers = sorted({supplier_at_merchant(portal) for portal in _as_merchant(config, opened)})
    if supplier not in suppliers:
        hint = (
            f"known: {', '.join(suppliers)}"
            if suppliers
            else "it is not the Merchant of any portal"
        )
        raise UsageError(f"account {opened.name} has no supplier {supplier!r}; {hint}")


def portal_to(config: Config, opened: Desk, supplier: str) -> PortalConfig | None:
    """Return the portal from this account to this supplier; None if there is none."""
    portals = _as_merchant(config, opened)
    return next((portal for portal in portals if supplier_at_merchant(portal) == supplier), None)


def portals_from(config: Config, opened: Desk) -> Sequence[PortalConfig]:
    """Return the portals that import orders to this account."""
    return [portal for portal in config.portals.values() if portal.supplier.account == opened.name]


def portal_from(config: Config, opened: Desk, number: str) -> PortalConfig | None:
    """Return the portal that imported an order; None if it is the account's own order."""
    reference = opened.reference_of(number)
    portals = portals_from(config, opened)
    for portal in portals:
        names = (portal.name, portal.was)
        if any(name and reference.startswith(f"{name}:") for name in names):
            return portal
    # After several renames, the reference still starts with the first name.
    return portals[0] if reference and len(portals) == 1 else None


def _as_merchant(config: Config, opened: Desk) -> Sequence[PortalConfig]:
    return [portal for portal in config.portals.values() if portal.merchant.account == opened.name]


def check_warehouse(opened: Desk, warehouse: str, known: Sequence[str]) -> None:
    """Raise `UsageError` if the account has no such warehouse."""
    if warehouse not in known:
        names = ", ".join(known)
        raise UsageError(f"account {opened.name} has no warehouse {warehouse!r}; known: {names}")
