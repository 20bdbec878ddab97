"""Dumps a configuration with all defaults and without secrets, for `config show`."""

from collections.abc import Collection, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass, replace
from datetime import time, timedelta
from pathlib import Path
from typing import Any

from ordosync import durations
from ordosync.accounts import account_class
from ordosync.accounts.option_types import ConfiguredPath, Names, text_of
from ordosync.config.host_options import SPOOL
from ordosync.config.portals import NOT_OPTIONS as NOT_PORTAL_OPTIONS
from ordosync.config.presets import option_names
from ordosync.config.reader import parameters
from ordosync.config.schema import NOT_OPTIONS
from ordosync.config.settings import (
    AccountConfig,
    Config,
    PortalConfig,
    SideConfig,
)
from ordosync.config.stock_settings import NO_SELLING_RULES


def as_plain(config: Config) -> dict[str, Any]:
    """Return the configuration as plain values, in the structure of the YAML."""
    return {
        "database": str(config.database),
        **_if_set(SPOOL, str(config.database.folder) if config.database.is_shared else None),
        "retention": config.retention.days if config.retention else "off",
        **_if_set("default_account", config.default_account),
        **_if_set("desk", _plain(config.desk) if config.desk.columns else None),
        **_if_set("alerts", _plain(config.alerts)),
        "accounts": {name: _account(account) for name, account in config.accounts.items()},
        "portals": {name: _portal(portal) for name, portal in config.portals.items()},
    }


_MOST_MINUTES = 10_000
"""The number of minutes that the configuration cannot have."""
_NEWER = (
    *("hold", "edits", "cancel_deadline", "shortages", "stock", "ignore_skus"),
    *("sku_map", "unknown_sku"),
)
"""Options of a portal that are shown only if they differ from their defaults."""


def _if_set(name: str, value: Any) -> dict[str, Any]:
    return {} if value is None else {name: value}


def _account(account: AccountConfig) -> dict[str, Any]:
    kind = account_class(account.kind)
    has_place = account.options.get("place") is not None
    options = {
        name: _options(
            account.options.get(name, option.default),
            kind.presets,
            is_below_place=has_place and name != "place",
        )
        for name, option in parameters(kind).items()
        if name not in NOT_OPTIONS
    }
    selling = account.selling if account.selling != NO_SELLING_RULES else None
    return {
        "kind": account.kind,
        **_if_set("host", account.host),
        **options,
        **_if_set("selling", _plain(selling)),
    }


def _options(value: Any, presets: Path | None, *, is_below_place: bool) -> Any:
    """Return an option of an account, with all options that its preset sets.

    Below a place, paths are as they are written, since they are not local.
    """
    if is_below_place or getattr(value, "place", None):
        value = _below_place(value)
    name = getattr(value, "preset", "")
    if not (presets and name):
        return _plain(value)
    return _shown(value, option_names(presets, name))


def _below_place(options: Any) -> Any:
    """Return options with their paths as they are written."""
    if not is_dataclass(options):
        return options
    values = {each.name: getattr(options, each.name) for each in fields(options)}
    texts = {
        name: Path(text_of(path))
        for name, path in values.items()
        if isinstance(path, ConfiguredPath)
    }
    changed: Any = replace
    return changed(options, **texts)


def _portal(portal: PortalConfig) -> dict[str, Any]:
    sides = {"merchant": _side(portal.merchant), "supplier": _side(portal.supplier)}
    shown = _plain(portal) | sides
    defaults = {field.name: field.default for field in fields(portal)}
    unused = [name for name in _NEWER if getattr(portal, name) == defaults[name]]
    hidden = (*NOT_PORTAL_OPTIONS, *unused)
    return {name: value for name, value in shown.items() if name not in hidden}


def _side(side: SideConfig) -> dict[str, Any]:
    return {"account": side.account, **_plain(side.pair)}


def _plain(value: Any) -> Any:
    if isinstance(value, Names):
        return list(value.all) if value.others else str(value)
    if hasattr(value, "as_text") and (text := value.as_text()) is not None:
        return text
    if is_dataclass(value):
        return _shown(value)
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, (str, int)):
        return value
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, timedelta):
        minutes = value // timedelta(minutes=1)
        return f"{minutes}m" if minutes < _MOST_MINUTES else durations.to_text(value)
    return str(value)


def _shown(options: Any, always: Collection[str] = ()) -> dict[str, Any]:
    """Return the options of a dataclass, without unused ones that earlier releases did not have."""
    is_concise = getattr(options, "is_concise", False)
    newer = getattr(options, "newer_options", ())
    return {
        option.name.removesuffix("_"): _plain(getattr(options, option.name))
        for option in fields(options)
        if option.name in always
        or not (is_concise or option.name in newer)
        or getattr(options, option.name) != _default(option)
    }


def _default(option: Field[Any]) -> Any:
    factory = option.default_factory
    return option.default if factory is MISSING else factory()
