"""The JSON Schema of the configuration, for editors, from the types that define the options.

A schema cannot hold all rules, so `ordosync config check` stays the judge.
"""

import inspect
import types
from collections.abc import Callable, Collection, Mapping
from dataclasses import is_dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from zoneinfo import ZoneInfo

from ordosync.accounts import KINDS, account_class, is_local
from ordosync.accounts.option_types import Names
from ordosync.config import portals, schema
from ordosync.config.alert_settings import AlertsConfig
from ordosync.config.hold_settings import Country, Wait
from ordosync.config.host_options import HOST, SPOOL
from ordosync.config.reader import REQUIRED, parameters
from ordosync.config.settings import (
    DESK_COLUMNS,
    SCHEDULED_TASKS,
    Interval,
    PortalConfig,
    SideConfig,
)
from ordosync.config.stock_settings import SellingConfig
from ordosync.edits import Until
from ordosync.secret import PrivateKey, Secret
from ordosync.shortages import Resume

JsonSchema = dict[str, Any]
_NAME = {"pattern": "^[a-z0-9][a-z0-9_-]{0,62}$"}
_SCALARS: Mapping[Any, JsonSchema] = {
    str: {"type": ["string", "number", "boolean"]},
    int: {"type": "integer"},
    bool: {"enum": [True, False, "yes", "no", "on", "off"]},
    Decimal: {"type": "number"},
    date: {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
    time: {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"},
    timedelta: {"type": "string", "pattern": "^[1-9][0-9]{0,3}[mhd]$"},
    Wait: {"anyOf": [{"enum": [0]}, {"type": "string", "pattern": "^[0-9]{1,4}[mhd]$"}]},
    Country: {"type": "string", "pattern": "^[A-Z]{2}$"},
    ZoneInfo: {"type": "string", "minLength": 1},
    Until: {"type": "string", "pattern": "^(label|[1-9][0-9]{0,3}[mhd])$"},
    Resume: {"type": "string", "pattern": "^(never|[1-9][0-9]{0,3}[mhd])$"},
    Names: {"type": ["string", "number", "boolean", "array"]},
    Path: {"type": "string", "minLength": 1},
    Secret: {"type": "string", "description": "${NAME}, file:PATH, or the text"},
    PrivateKey: {"type": "string", "description": "${NAME}, or file:PATH with mode 0600"},
}
"""YAML reads an unquoted 0012 or yes as a number or a boolean, where ordosync reads text."""


def json_schema() -> JsonSchema:
    """Return the schema of the whole file."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Configuration of ordosync",
        "type": "object",
        "required": ["accounts", "portals"],
        "additionalProperties": False,
        "properties": {
            "database": _SCALARS[Path],
            SPOOL: _SCALARS[Path],
            "retention": {"anyOf": [{"type": "integer", "minimum": 1}, {"enum": ["off", False]}]},
            "default_account": {"type": "string", **_NAME},
            "desk": _desk(),
            "alerts": _object(AlertsConfig),
            "accounts": _named({"oneOf": [_account(kind) for kind in KINDS]}),
            "portals": _named(_portal()),
        },
    }


def _desk() -> JsonSchema:
    columns = dict.fromkeys(DESK_COLUMNS, _SCALARS[str])
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "columns": {"type": "object", "additionalProperties": False, "properties": columns}
        },
    }


def _named(value: JsonSchema) -> JsonSchema:
    return {
        "type": "object",
        "minProperties": 1,
        "propertyNames": _NAME,
        "additionalProperties": value,
    }


def _account(kind: str) -> JsonSchema:
    options = _object(account_class(kind), without=schema.NOT_OPTIONS)
    more = {"selling": _object(SellingConfig)}
    if is_local(kind):
        more[HOST] = {"type": "string", "minLength": 1}
    options["properties"] = {"kind": {"const": kind}, **options["properties"], **more}
    options["required"] = ["kind", *options["required"]]
    return {"title": f"account of kind {kind}", **options}


def _portal() -> JsonSchema:
    portal = _object(PortalConfig, without=portals.NOT_OPTIONS)
    portal["properties"] |= {
        "merchant": _side("merchant_options"),
        "supplier": _side("supplier_options"),
        "tasks": {
            "type": "object",
            "additionalProperties": False,
            # YAML reads an unquoted `off` as a boolean.
            "properties": {
                task: {"enum": [*get_args(Interval), False]} for task in SCHEDULED_TASKS
            },
        },
    }
    return portal


def _side(attribute: str) -> JsonSchema:
    """Return the schema of a side: an account, or an account with the options of its kind."""
    kinds = [getattr(account_class(kind), attribute) for kind in KINDS]
    name = {"type": "string", **_NAME}
    choices: list[JsonSchema] = [name]
    for options in kinds:
        if options is not None:
            side = _object(options)
            side["properties"] = {"account": name, **side["properties"]}
            side["required"] = ["account", *side["required"]]
            if side not in choices:
                choices.append(side)
    return {"anyOf": choices}


def _object(target: Callable[..., Any], *, without: Collection[str] = ()) -> JsonSchema:
    options = {name: p for name, p in parameters(target).items() if name not in without}
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [name for name, option in options.items() if _is_required(option, options)],
        "properties": {name: _value(option.annotation) for name, option in options.items()},
    }


def _is_required(option: inspect.Parameter, options: Collection[str]) -> bool:
    """True if an option has no default and is in no preset. A preset has columns, but no path."""
    is_in_presets = "preset" in options and get_origin(option.annotation) is Mapping
    return option.default is REQUIRED and not is_in_presets


def _value(hint: Any) -> JsonSchema:
    """Return the schema of a value of this type; the types are those that `Reader` reads."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _value(arguments[1])
    if origin in (Union, types.UnionType):
        return {
            "anyOf": [
                {"type": "null"},
                *(_value(arg) for arg in arguments if arg is not types.NoneType),
            ]
        }
    if isinstance(hint, type) and hint is not SideConfig and is_dataclass(hint):
        has_short_form = hasattr(hint, "of_text")
        return {"anyOf": [_SCALARS[str], _object(hint)]} if has_short_form else _object(hint)
    if origin is tuple:
        return {"type": "array", "items": _value(arguments[0])}
    if origin is Mapping:
        return {"type": "object", "additionalProperties": _value(arguments[1])}
    if origin is Literal:
        return {"enum": list(arguments)}
    return _SCALARS.get(hint, {})
