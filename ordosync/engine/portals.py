"""Opens the accounts of portals, as configuration and store describe them."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path

from ordosync.accounts.account import PortalContext, Role
from ordosync.accounts.connections import Connections
from ordosync.accounts.merchant import Merchant
from ordosync.accounts.supplier import Supplier
from ordosync.clock import Clock
from ordosync.config.feeds import LimitedFeed, feeds_of
from ordosync.config.hosts import other_host_reason
from ordosync.config.settings import Config, PortalConfig
from ordosync.engine.scheduling.timetable import can_run
from ordosync.errors import OrdosyncError, UsageError
from ordosync.store import Store
from ordosync.store.portals import PortalIdentity
from ordosync.tasks.base import Portal
from ordosync.tasks.feeds import FeedWatch
from ordosync.tasks.sku_maps.merchant import mapped
from ordosync.tasks.stock.age import StockAge
from ordosync.tasks.stock.mapped_rows import MappedRows
from ordosync.tasks.stock.oversold import Oversold
from ordosync.tasks.stock.pool import Pool, Sharer
from ordosync.tasks.stock.portal_stock import PortalStock
from ordosync.tasks.stock.rules import StockRules
from ordosync.tasks.stock.stops import Stops

_BY_HAND_S = 3600
"""The interval of a task without a schedule, for the age of its feed."""


def chosen(config: Config, names: Sequence[str]) -> list[PortalConfig]:
    """Return the portals with these names; without names, all. Raise `UsageError` if unknown."""
    for name in names:
        if name not in config.portals:
            names_known = ", ".join(config.portals)
            raise UsageError(f"there is no portal {name!r}; the configuration has: {names_known}")
    return [config.portals[name] for name in dict.fromkeys(names or config.portals)]


def connect(config: Config, clock: Clock) -> Connections:
    """Return the connections to the accounts, which are opened when they are first used."""
    # The requests of a dry run count, too.
    store = config.originals or config.database
    limits = store.account_limits(clock, shared_accounts(config))
    return Connections(clock, limits, config.database.write_guard)


def shared_accounts(config: Config) -> set[str]:
    """Return the accounts of more than one portal."""
    portals = Counter(
        account
        for portal in config.portals.values()
        for account in (portal.merchant.account, portal.supplier.account)
    )
    return {account for account, count in portals.items() if count > 1}


def open_portal(
    config: Config, portal: PortalConfig, store: Store, connections: Connections
) -> Portal:
    """Return a portal whose accounts open files and connections when they are first used."""
    portal_identity = identity(portal)
    name, origin = store.portals.known_as(portal_identity), store.portals.origin(portal_identity)
    spool, spools = config.database.spool / origin, partial(_spools, config, portal, store)
    supplier = supplier_of(
        config, portal, spool=spool, at=connections, spools=partial(spools, "supplier")
    )
    feeds = feeds_of(config, portal)
    watch = partial(_feed_watch, feeds, store, name, connections.clock)
    watched = watch() if feeds else None
    merchant = merchant_of(
        config, portal, spool=spool, at=connections, spools=partial(spools, "merchant")
    )
    links, sku_map = store.links(name), store.sku_map(name)
    if portal.sku_map or sku_map.digest:
        # Orders that were sent by a map are read by it even if the configuration has none any more.
        merchant = mapped(merchant, links, sku_map if portal.sku_map else None)
    return Portal(
        name=name,
        origin=origin,
        merchant=merchant,
        supplier=supplier,
        config=portal,
        links=links,
        digest_key=store.digest_key,
        clock=connections.clock,
        feeds=watched,
        open_stock=lambda: PortalStock(
            rules=StockRules(portal, config.accounts[portal.supplier.account].selling),
            age=StockAge(supplier.stock_feed, watched or watch(), connections.clock),
            stops=Stops(store.stock_stops(name), connections.clock),
            oversold=Oversold(store.sent_units(portal.supplier.account), connections.clock),
            mapped_rows=MappedRows(links.set_rows),
            pool=_pool(config, portal, store, name, connections.clock),
        ),
        stock_portals=partial(
            stock_portals, config, portal.supplier.account, store, names={portal.name: name}
        ),
        is_pooled=config.accounts[portal.supplier.account].selling.pool == "quota",
        sku_map=sku_map if portal.sku_map else None,
        rivals=_rivals(config, portal, store),
        in_use=partial(connections.in_use, portal.merchant.account, portal.supplier.account),
    )


def _spools(config: Config, portal: PortalConfig, store: Store, role: Role) -> list[Path]:
    """Return the spools of all portals that have an account of this portal in its role."""
    accounts = {
        other.name: (other.merchant if role == "merchant" else other.supplier).account
        for other in config.portals.values()
    }
    account, spool = accounts[portal.name], config.database.spool
    return [
        spool / store.portals.origin(identity(config.portals[name])) / account
        for name, of in accounts.items()
        if of == account
    ]


def _pool(
    config: Config, portal: PortalConfig, store: Store, name: str, clock: Clock
) -> Pool | None:
    """Return the quotas of a portal, by its name in the store; None if all units are shared."""
    account = portal.supplier.account
    if config.accounts[account].selling.pool == "shared":
        return None
    return Pool(
        store.quotas(account),
        name,
        partial(_sharers, config, account, store),
        partial(store.transaction, portal=name, accounts=(account,)),
        clock,
    )


def _sharers(config: Config, account: str, store: Store) -> Sequence[Sharer]:
    """Return the portals that write the stock of a Supplier account back, always in this order."""
    named = {
        store.portals.known_as(identity(portal)): portal
        for portal in _writing_stock(config, account)
    }
    return [
        Sharer(name=name, weight=named[name].stock.share, links=store.links(name))
        for name in sorted(named)
    ]


def _feed_watch(feeds: Sequence[LimitedFeed], store: Store, name: str, clock: Clock) -> FeedWatch:
    """Return the watch of these feeds of a portal, by its name in the store."""

    def interval_of(task: str) -> timedelta:
        row = store.schedule.get(name, task)
        return timedelta(seconds=(row and row.interval_s) or _BY_HAND_S)

    return FeedWatch(feeds, store.feeds, name, clock, interval_of)


def stock_portals(
    config: Config, account: str, store: Store, *, names: Mapping[str, str] = {}
) -> tuple[str, ...]:
    """Return the portals that write back the stock of a Supplier account, as the store names them.

    A portal is left out if it manages no inventory or an account lacks a part of the task. `names`
    has the names in the store that are known already.
    """
    return tuple(
        names.get(portal.name) or store.portals.known_as(identity(portal))
        for portal in _writing_stock(config, account)
    )


def _writing_stock(config: Config, account: str) -> Iterator[PortalConfig]:
    """Yield the portals that write back the stock of a Supplier account."""
    for portal in config.by_supplier.get(account, ()):
        if can_run(portal, "write-inventory-back"):
            yield portal


def _rivals(config: Config, portal: PortalConfig, store: Store) -> tuple[str, ...]:
    """Return the other portals of this Merchant account, by their names in the store."""
    return tuple(
        store.portals.known_as(identity(other))
        for other in config.by_merchant.get(portal.merchant.account, ())
        if other.name != portal.name
    )


def supplier_at_merchant(portal: PortalConfig) -> str:
    """Return the name under which a Merchant knows its Supplier; a local account has its own."""
    key = portal.supplier_key
    return key if isinstance(key, str) else portal.supplier.account


def longest_settle_s(config: Config) -> float:
    """Return the longest settle time of all accounts."""
    sides = (
        side
        for portal in config.portals.values()
        for side in (merchant_of(config, portal), supplier_of(config, portal))
    )
    return max((side.limits.settle_s for side in sides), default=0)


def _check_host(config: Config, portal: PortalConfig) -> None:
    """Raise `OrdosyncError` if the files of an account are on another machine."""
    if reason := other_host_reason(config, portal):
        raise OrdosyncError(reason)


def merchant_of(
    config: Config,
    portal: PortalConfig,
    *,
    spool: Path = Path(),
    at: Connections | None = None,
    spools: Callable[[], Sequence[Path]] = tuple,
) -> Merchant:
    """Return a portal's Merchant, which opens files and connections when it is first used.

    Without connections, only its parts and limits can be used.
    """
    context = PortalContext(
        partner=portal.supplier.account,
        selection=portal.products,
        spool=spool / portal.merchant.account,
        spools=spools,
        retention=config.retention,
        places=config.places / portal.merchant.account,
        ignores=portal.ignores,
        hold_conditions=portal.hold.conditions,
    )
    if at is not None:
        _check_host(config, portal)
    account = config.opened[portal.merchant.account]
    return account.merchant(portal.merchant.pair, context, at or Connections(Clock()))


def supplier_of(
    config: Config,
    portal: PortalConfig,
    *,
    spool: Path = Path(),
    at: Connections | None = None,
    spools: Callable[[], Sequence[Path]] = tuple,
) -> Supplier:
    """Return a portal's Supplier, as `merchant_of` returns its Merchant."""
    context = PortalContext(
        origin=spool.name,
        partner=portal.merchant.account,
        selection=portal.products,
        spool=spool / portal.supplier.account,
        spools=spools,
        retention=config.retention,
        places=config.places / portal.supplier.account,
        edit_policies=portal.edits.policies,
    )
    if at is not None:
        _check_host(config, portal)
    account = config.opened[portal.supplier.account]
    return account.supplier(portal.supplier.pair, context, at or Connections(Clock()))


def identity(portal: PortalConfig) -> PortalIdentity:
    """Return the identity by which the store recognises a portal, also after it was renamed."""
    return PortalIdentity(
        name=portal.name,
        was=portal.was,
        merchant=portal.merchant.account,
        supplier=portal.supplier.account,
        selection=repr((portal.merchant.pair, portal.products)),
    )
