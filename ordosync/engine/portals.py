"""From the configuration and the store to portals with both accounts open."""

from collections.abc import Sequence
from pathlib import Path

from ordosync.accounts import account_class
from ordosync.accounts.account import Account, Role
from ordosync.accounts.connections import Connections
from ordosync.accounts.sqlite import MerchantOptions
from ordosync.clock import Clock
from ordosync.config.settings import Config, PortalConfig
from ordosync.engine.scheduling.timetable import plans
from ordosync.errors import UsageError
from ordosync.store import Store
from ordosync.store.portals import PortalIdentity
from ordosync.tasks.base import Portal


def chosen(config: Config, names: Sequence[str]) -> list[PortalConfig]:
    """Return the portals of these names, all of them for none. Raises `UsageError`."""
    for name in names:
        if name not in config.portals:
            known = ", ".join(config.portals)
            raise UsageError(f"there is no portal {name!r}; the configuration has: {known}")
    return [config.portals[name] for name in dict.fromkeys(names or config.portals)]


def check_renames(config: Config, store: Store) -> None:
    """Refuse portals that look like renamed ones. Raises `ConfigError`."""
    store.portals.check([_identity(portal) for portal in config.portals.values()])


def register(config: Config, store: Store, clock: Clock) -> None:
    """Make the store follow the configuration: its portals, renamed ones with what they had.

    Raises `ConfigError`. Writes nothing where the store follows it already.
    """
    if store.config_digest == config.digest:
        return
    named = [_identity(portal) for portal in config.portals.values()]
    store.portals.check(named)
    with store.transaction():
        for portal in named:
            store.portals.register(portal)
        store.schedule.keep(plans(config, store.schedule.all()), now=clock.now())
        store.set_config_digest(config.digest)


def open_portal(
    config: Config, portal: PortalConfig, store: Store, connections: Connections
) -> Portal:
    """Make both accounts of a portal, which open their files and connections when first used."""
    named = _identity(portal)
    name, origin = store.portals.known_as(named), store.portals.origin(named)
    spool = config.database.with_name(f"{config.database.name}.spool") / origin
    return Portal(
        name=name,
        origin=origin,
        merchant=open_account(config, portal, "merchant", spool, connections),
        supplier=open_account(config, portal, "supplier", spool, connections),
        config=portal,
        links=store.links(name),
        rivals=_rivals(config, portal, store),
    )


def _rivals(config: Config, portal: PortalConfig, store: Store) -> tuple[str, ...]:
    """Return the other portals of this Merchant account, under which name the store knows them."""
    account = portal.merchant.account
    return tuple(
        store.portals.known_as(_identity(one))
        for one in config.portals.values()
        if one.merchant.account == account and one.name != portal.name
    )


def supplier_at_merchant(portal: PortalConfig) -> str:
    """Return what the Merchant of a portal calls its Supplier, where it is an embedded one."""
    pair = portal.merchant.pair
    named = pair.supplier if isinstance(pair, MerchantOptions) else ""
    return named or portal.supplier.account


def longest_settle_s(config: Config) -> float:
    """Return after how long whatever was written to any account can be found there."""
    nowhere = Path()
    return max(
        account_class(one.kind)(name=one.name, spool=nowhere, **one.options).settle_s
        for one in config.accounts.values()
    )


def open_account(
    config: Config, portal: PortalConfig, role: Role, spool: Path, connections: Connections
) -> Account:
    """Make an account as one portal sees it, on one side."""
    side, other = portal.merchant, portal.supplier
    if role == "supplier":
        side, other = other, side
    account = config.accounts[side.account]
    adapter = account_class(account.kind)
    opened = adapter(name=account.name, spool=spool / account.name, **account.options)
    return opened.paired(
        side.pair, partner=other.account, selection=portal.products, connections=connections
    )


def _identity(portal: PortalConfig) -> PortalIdentity:
    return PortalIdentity(
        name=portal.name,
        was=portal.was,
        merchant=portal.merchant.account,
        supplier=portal.supplier.account,
        selection=repr((portal.merchant.pair, portal.products)),
    )
