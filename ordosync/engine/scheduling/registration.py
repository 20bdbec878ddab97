"""Makes the store follow the configuration: portals, renames, schedule."""

from ordosync.clock import Clock
from ordosync.config.settings import Config
from ordosync.config.table_files import tables_digest
from ordosync.engine.portals import identity
from ordosync.engine.scheduling.hosts import is_followed
from ordosync.engine.scheduling.timetable import plans
from ordosync.store import Store


def check_renames(config: Config, store: Store) -> None:
    """Refuse portals that look like renamed ones. Raises `ConfigError`."""
    store.portals.check([identity(portal) for portal in config.portals.values()])


def resume_tasks(store: Store, clock: Clock) -> None:
    """Resume the tasks that were paused for some time, if that time is over."""
    now = clock.now()
    if not store.schedule.ended_pauses(now):
        return
    with store.transaction():
        # The operator may have paused one of them again meanwhile.
        for row in store.schedule.ended_pauses(now):
            store.schedule.resume(row.portal, row.task)
            store.schedule.set_next(row.portal, row.task, now=now)


def register(config: Config, store: Store, clock: Clock, *, again: bool = False) -> None:
    """Make the store follow the configuration; a renamed portal keeps its data.

    Writes nothing if the store follows it already. A change of a CSV file that it names counts as
    one of the configuration: what was refused because of it is judged again. Raises `ConfigError`,
    also if a newer configuration is in use on other hosts, unless this one is used `again`.
    """
    tables = tables_digest(config)
    if (store.config_digest, store.tables_digest) == (config.digest, tables):
        return
    identities = [identity(portal) for portal in config.portals.values()]
    store.portals.check(identities)
    with store.transaction():
        if store.host and not is_followed(config, tables, store, clock, again=again):
            return
        for portal in identities:
            store.portals.register(portal)
        store.steps.judge_again()
        store.schedule.keep(plans(config, store.schedule.all()), now=clock.now())
        if config.alerts is None:
            store.alerts.forget()
        else:
            # New recipients and times apply from the next call by cron.
            store.alerts.wake()
        store.set_config_digest(config.digest)
        store.set_tables_digest(tables)
