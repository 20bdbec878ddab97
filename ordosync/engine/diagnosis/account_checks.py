"""Whether the accounts are as the configuration needs them: signs in and looks, writes nothing."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Literal

from ordosync.accounts.account import Finding, Role
from ordosync.accounts.connections import Connections
from ordosync.clock import Clock
from ordosync.config.settings import Config, PortalConfig
from ordosync.engine.portals import open_account
from ordosync.errors import AccountError


@dataclass(frozen=True, kw_only=True)
class OnlineCheck:
    """What a look at one side of a portal has shown."""

    portal: str
    role: Role
    account: str
    state: Literal["ok", "note", "trouble"]
    """`note`: what this kind cannot hold."""
    text: str


def online_checks(config: Config, clock: Clock) -> Iterator[OnlineCheck]:
    """Look at both sides of each portal; one that cannot be reached stops no other."""
    with closing(Connections(clock)) as connections:
        for portal in config.portals.values():
            roles: tuple[Role, Role] = ("merchant", "supplier")
            for role in roles:
                yield from _side(config, portal, role, connections)


def _side(
    config: Config, portal: PortalConfig, role: Role, connections: Connections
) -> Iterator[OnlineCheck]:
    side = portal.merchant if role == "merchant" else portal.supplier
    account = open_account(config, portal, role, config.database.parent, connections)
    try:
        found = list(account.check(role))
        if role == "supplier" and account.parcels:
            found.append(Finding(text=account.parcels))
    except AccountError as error:
        found = [Finding(text=str(error), is_problem=True)]
    finally:
        account.close()
    if not any(one.is_problem for one in found):
        yield _check(portal, role, side.account, Finding(text="all that is needed is there"), "ok")
    for one in found:
        state: Literal["note", "trouble"] = "trouble" if one.is_problem else "note"
        yield _check(portal, role, side.account, one, state)


def _check(
    portal: PortalConfig,
    role: Role,
    account: str,
    finding: Finding,
    state: Literal["ok", "note", "trouble"],
) -> OnlineCheck:
    return OnlineCheck(
        portal=portal.name, role=role, account=account, state=state, text=finding.text
    )
