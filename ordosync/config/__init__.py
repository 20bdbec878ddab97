"""The configuration: one YAML file to frozen values, or every problem that it has.

A wrong file runs nothing. What the options of an account are, its class says.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import yaml

from ordosync.accounts import KINDS, account_class
from ordosync.config.compose import compose
from ordosync.config.model import (
    AT_ONCE_TASKS,
    SCHEDULED_TASKS,
    AccountConfig,
    Config,
    Interval,
    PortalConfig,
    SideConfig,
)
from ordosync.config.nodes import MISSING, Converter, Problems, did_you_mean, shown, without
from ordosync.errors import ConfigError
from ordosync.secret import Secret

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_TOP = ("database", "accounts", "portals")


def find_config(option: Path | None) -> Path:
    """Return the file to read: the one that was named, or the first that there is."""
    if option:
        return option
    named = os.environ.get("ORDOSYNC_CONFIG")
    if named:
        return Path(named)
    places = (
        Path("config.yaml"),
        Path("~/.config/ordosync/config.yaml").expanduser(),
        Path("/etc/ordosync/config.yaml"),
    )
    for place in places:
        if place.exists():
            return place
    looked = ", ".join(str(place) for place in places)
    raise ConfigError([f"no configuration found ({looked}); `ordosync init` writes one"])


def load_config(path: Path) -> Config:
    """Read the file. Raises `ConfigError` with all of its problems, in the order of its lines."""
    path = path.absolute()
    top = compose(path)
    problems = Problems()
    converter = Converter(path.parent, file_mode=path.stat().st_mode, problems=problems)
    values = converter.keyed(top, "")
    for key, node in values.items():
        if key not in _TOP:
            problems.add(node, key, f"unknown option{did_you_mean(key, list(_TOP))}")
    for key in ("accounts", "portals"):
        if not converter.keyed(values.get(key), key):
            problems.add(values.get(key, top), key, "none is configured")
    accounts = _accounts(converter, values.get("accounts"))
    portals = _portals(converter, values.get("portals"), accounts)
    database = (
        converter.convert(Path, values["database"], "database")
        if "database" in values
        else path.parent / "ordosync.db"
    )
    if problems.found:
        raise ConfigError(problems.lines())
    return Config(path=path, database=database, accounts=accounts, portals=portals)


def as_plain(value: object) -> Any:
    """Return a configuration, defaults included, as plain data; secrets stay masked."""
    if isinstance(value, AccountConfig):
        return {"kind": value.kind, **as_plain(value.options)}
    if isinstance(value, SideConfig):
        return {"account": value.account, **as_plain(value.pair)}
    if is_dataclass(value):
        return {
            item.name: as_plain(getattr(value, item.name))
            for item in fields(value)
            if item.name != "name"
        }
    if isinstance(value, Mapping):
        return {key: as_plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [as_plain(item) for item in value]
    if value is None or isinstance(value, (bool, int)):
        return value
    return repr(value) if isinstance(value, Secret) else str(value)


def _accounts(converter: Converter, node: yaml.Node | None) -> dict[str, AccountConfig]:
    accounts = {}
    for name, account in converter.keyed(node, "accounts").items():
        path = f"accounts.{name}"
        _check_name(converter, account, path, name)
        kind = _kind(converter, account, path)
        if kind is None:
            continue
        options = converter.options(
            account_class(kind), without(account, "kind"), path, given=("name", "spool")
        )
        accounts[name] = AccountConfig(name=name, kind=kind, options=options)
    return accounts


def _kind(converter: Converter, node: yaml.Node, path: str) -> str | None:
    values = converter.keyed(node, path)
    if "kind" not in values:
        converter.problems.add(node, f"{path}.kind", f"is missing{did_you_mean('', list(KINDS))}")
        return None
    kind = values["kind"].value
    if kind not in KINDS:
        text = f"{shown(str(kind))} is not a kind of account{did_you_mean(str(kind), list(KINDS))}"
        converter.problems.add(values["kind"], f"{path}.kind", text)
        return None
    return str(kind)


def _portals(
    converter: Converter, node: yaml.Node | None, accounts: Mapping[str, AccountConfig]
) -> dict[str, PortalConfig]:
    portals: dict[str, PortalConfig] = {}
    nodes = converter.keyed(node, "portals")
    for name, portal_node in nodes.items():
        path = f"portals.{name}"
        _check_name(converter, portal_node, path, name)
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
    values = converter.keyed(node, path)
    sides = {
        role: _side(converter, values[role], f"{path}.{role}", role, accounts)
        for role in ("merchant", "supplier")
        if role in values
    }
    rest = without(node, *sides)
    before = len(converter.problems.found)
    given = ("name", *sides)
    options = converter.options(PortalConfig, rest, path, given=given)
    if len(converter.problems.found) > before or None in sides.values():
        return None
    managed = options.get("manage_inventory", False)
    tasks = _tasks(converter, values.get("tasks"), f"{path}.tasks", managed=managed)
    return PortalConfig(**{**options, **sides, "name": name, "tasks": tasks})


def _side(
    converter: Converter,
    node: yaml.Node,
    path: str,
    role: str,
    accounts: Mapping[str, AccountConfig],
) -> SideConfig | None:
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


def _check_name(converter: Converter, node: yaml.Node, path: str, name: str) -> None:
    if not _NAME.fullmatch(name):
        text = f"{shown(name)} is not a name: a-z, 0-9, - and _, 63 characters at most"
        converter.problems.add(node, path.partition(".")[0], text)
