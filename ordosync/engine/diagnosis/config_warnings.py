"""Warnings about a valid configuration that will disappoint. Connects to no account."""

from collections.abc import Iterator
from datetime import timedelta

from ordosync import durations
from ordosync.config.hosts import is_usable
from ordosync.config.settings import Config, PortalConfig
from ordosync.engine.diagnosis.machine_checks import group_writable
from ordosync.engine.diagnosis.number_clashes import number_clashes
from ordosync.slots import INTERVALS_S
from ordosync.store import Store


def config_warnings(config: Config, store: Store) -> Iterator[str]:
    """Yield a warning for each thing that does not work, or that others can change."""
    yield from group_writable(config)
    yield from config.database.warnings()
    yield from number_clashes(config)
    for name, account in config.opened.items():
        if not is_usable(config, name):
            continue
        for text in account.warnings():
            yield f"account {name}: {text}"
    for portal in config.portals.values():
        if text := _unlinked_products(portal, store):
            yield text
        if text := _late_import(portal):
            yield text


def _late_import(portal: PortalConfig) -> str:
    """Return a warning if orders are read less often than their age would need."""
    interval = portal.tasks["import-orders"]
    every = timedelta(seconds=INTERVALS_S.get(interval, 0))
    age = portal.hold.age
    if not age or every <= age:
        return ""
    return (
        f"portal {portal.name}: with `age: {durations.to_text(age)}` and"
        f" `import-orders: {interval}`, an order may be sent up to"
        f" {durations.to_text(age + every)} after it was placed"
    )


def _unlinked_products(portal: PortalConfig, store: Store) -> str:
    """Return a warning if no quantity can be written, since no product is ever linked."""
    task = "import-products"
    if not portal.manage_inventory or portal.tasks[task] != "off":
        return ""
    schedule = store.schedule.get(portal.name, task)
    if schedule and schedule.last_ok_at:
        return ""
    text = f"portal {portal.name}: manage_inventory writes no quantity before {task} has run"
    if reason := portal.unavailable.get(task):
        return f"{text}, which is not possible: {reason}"
    return f"{text}; run `ordosync {task} {portal.name}` once, or set `{task}: daily`"
