"""The `portals:` of a configuration."""

from collections.abc import Mapping

import yaml

from ordosync.accounts import account_class
from ordosync.accounts.base import Role
from ordosync.config.model import (
    AT_ONCE_TASKS,
    SCHEDULED_TASKS,
    AccountConfig,
    Interval,
    PortalConfig,
    SideConfig,
)
from ordosync.config.nodes import MISSING, Converter, check_name, did_you_mean, shown, without


def read_portals(
    converter: Converter, node: yaml.Node | None, accounts: Mapping[str, AccountConfig]
) -> dict[str, PortalConfig]:
    """Return the portals that have no problem; the problems are noted."""
    portals: dict[str, PortalConfig] = {}
    nodes = converter.keyed(node, "portals")
    for name, portal_node in nodes.items():
        path = f"portals.{name}"
        check_name(converter, portal_node, path, name)
        portal = _portal(converter, name, portal_node, path, accounts)
        if portal is None:
            continue
        if portal.was in nodes:
            text = f"portal {portal.was} is still in this file"
            converter.problems.add(portal_node, f"{path}.was", text)
        for other in portals.values():
            if _same_selection(portal, other):
                text = f"has the same accounts and the same selection as portal {other.name}"
                converter.problems.add(portal_node, path, text)
        portals[name] = portal
    return portals


def _portal(
    converter: Converter,
    name: str,
    node: yaml.Node,
    path: str,
    accounts: Mapping[str, AccountConfig],
) -> PortalConfig | None:
    apart = ("merchant", "supplier", "tasks")
    values = converter.keyed(node, path)
    merchant = _side(converter, node, path, "merchant", accounts)
    supplier = _side(converter, node, path, "supplier", accounts)
    options = converter.options(PortalConfig, without(node, *apart), path, given=("name", *apart))
    managed = options.get("manage_inventory") is True
    tasks = _tasks(converter, values.get("tasks"), f"{path}.tasks", managed=managed)
    if merchant is None or supplier is None or MISSING in options.values():
        return None
    return PortalConfig(name=name, merchant=merchant, supplier=supplier, tasks=tasks, **options)


def _side(
    converter: Converter,
    portal: yaml.Node,
    path: str,
    role: Role,
    accounts: Mapping[str, AccountConfig],
) -> SideConfig | None:
    node, path = converter.keyed(portal, path).get(role), f"{path}.{role}"
    if node is None:
        converter.problems.add(portal, path, "is missing")
        return None
    mapping = isinstance(node, yaml.MappingNode)
    values = converter.keyed(node, path) if mapping else {"account": node}
    if "account" not in values:
        converter.problems.add(node, f"{path}.account", "is missing")
        return None
    name = converter.convert(str, values["account"], path)
    if name is MISSING:
        return None
    if name not in accounts:
        text = f"there is no account {shown(name)}{did_you_mean(name, list(accounts))}"
        converter.problems.add(values["account"], path, text)
        return None
    adapter = account_class(accounts[name].kind)
    if role not in adapter.roles:
        text = f"account {name} is of kind {adapter.kind}, which cannot be a {role}"
        converter.problems.add(values["account"], path, text)
        return None
    options = without(node, "account")
    target = adapter.MerchantPair if role == "merchant" else adapter.SupplierPair
    pair = converter.build(target, options, path)
    return None if pair is MISSING else SideConfig(account=name, pair=pair)


def _tasks(
    converter: Converter, node: yaml.Node | None, path: str, *, managed: bool
) -> dict[str, Interval]:
    tasks: dict[str, Interval] = {
        "import-orders": "hourly",
        "import-products": "off",
        "write-inventory-back": "hourly" if managed else "off",
        "cancel-orders": "off",
    }
    for name, value in converter.keyed(node, path).items():
        if name in AT_ONCE_TASKS:
            converter.problems.add(value, f"{path}.{name}", "runs at once and has no interval")
        elif name not in SCHEDULED_TASKS:
            text = f"unknown task{did_you_mean(name, list(SCHEDULED_TASKS))}"
            converter.problems.add(value, f"{path}.{name}", text)
        else:
            interval = converter.convert(Interval, value, f"{path}.{name}")
            if name == "write-inventory-back" and not managed and interval != "off":
                text = "needs `manage_inventory: true`; this portal is shipping-only"
                converter.problems.add(value, f"{path}.{name}", text)
            tasks[name] = interval
    return tasks


def _same_selection(one: PortalConfig, other: PortalConfig) -> bool:
    return (one.merchant, one.supplier.account, one.products) == (
        other.merchant,
        other.supplier.account,
        other.products,
    )
