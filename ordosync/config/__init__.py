"""The configuration: one YAML file to frozen values, or every problem that it has.

A wrong file runs nothing. What the options of an account are, its class says.
"""

import os
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import yaml

from ordosync.accounts import KINDS, account_class
from ordosync.config.compose import compose
from ordosync.config.model import AccountConfig, Config, SideConfig
from ordosync.config.nodes import Converter, Problems, check_name, did_you_mean, shown, without
from ordosync.config.portals import read_portals
from ordosync.errors import ConfigError
from ordosync.secret import Secret

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
    portals = read_portals(converter, values.get("portals"), accounts)
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
        check_name(converter, account, path, name)
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
