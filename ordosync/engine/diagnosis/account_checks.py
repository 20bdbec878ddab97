"""Checks of both accounts of each portal for `config check --online`. Reads only."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Literal

from ordosync.accounts.account import CheckResult, Role
from ordosync.accounts.connections import Connections
from ordosync.clock import Clock
from ordosync.config.hosts import is_usable
from ordosync.config.settings import Config, PortalConfig
from ordosync.engine.portals import connect, identity, merchant_of, supplier_of
from ordosync.errors import AccountError
from ordosync.store import Store

_MOST_PRODUCTS = 100


@dataclass(frozen=True, kw_only=True)
class OnlineCheck:
    """The result of one check of one side of a portal."""

    portal: str
    role: Role
    account: str
    state: Literal["ok", "note", "trouble"]
    """`note` is a limit of this kind of account."""
    text: str


def online_checks(config: Config, store: Store, clock: Clock) -> Iterator[OnlineCheck]:
    """Check both sides of each portal; an unreachable account does not stop the others."""
    with closing(connect(config, clock)) as connections:
        for portal in config.portals.values():
            roles: tuple[Role, Role] = ("merchant", "supplier")
            for role in roles:
                yield from _side(config, portal, role, connections, _products(store, portal, role))


def _products(store: Store, portal: PortalConfig, role: Role) -> Sequence[str]:
    """Return the first linked products of a portal that writes quantities, by their ids."""
    if not portal.manage_inventory:
        return ()
    name = store.portals.known_as(identity(portal))
    links = next(iter(store.links(name).live("product", page=_MOST_PRODUCTS)), [])
    return [link.merchant_id if role == "merchant" else link.supplier_id for link in links]


def _side(
    config: Config,
    portal: PortalConfig,
    role: Role,
    connections: Connections,
    products: Sequence[str],
) -> Iterator[OnlineCheck]:
    name = (portal.merchant if role == "merchant" else portal.supplier).account
    if not is_usable(config, name):
        text = f"is on host {config.accounts[name].host}; check it there"
        yield _check(portal, role, name, CheckResult(text=text), "note")
        return
    opener = merchant_of if role == "merchant" else supplier_of
    account = opener(config, portal, spool=config.database.folder, at=connections)
    try:
        with connections.in_use(name):
            results = list(account.check())
            if products and not any(result.is_problem for result in results):
                results += account.check_stock(products)
    except AccountError as error:
        results = [CheckResult(text=str(error), is_problem=True)]
    finally:
        account.close()
    if not any(result.is_problem for result in results):
        yield _check(
            portal,
            role,
            account.name,
            CheckResult(text="everything needed is available"),
            "ok",
        )
    for result in results:
        state: Literal["note", "trouble"] = "trouble" if result.is_problem else "note"
        yield _check(portal, role, account.name, result, state)


def _check(
    portal: PortalConfig,
    role: Role,
    account: str,
    finding: CheckResult,
    state: Literal["ok", "note", "trouble"],
) -> OnlineCheck:
    return OnlineCheck(
        portal=portal.name, role=role, account=account, state=state, text=finding.text
    )
