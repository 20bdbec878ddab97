"""Schema of the file: a database, accounts of some kind, and portals between two of them.

Like `Reader`, it continues after a problem. The result is valid only if there was no problem.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from ordosync.accounts import KINDS, account_class, is_embedded
from ordosync.accounts.account import Account
from ordosync.config.alerts import read_alerts
from ordosync.config.converters import CONVERTERS, quoted, suggestion, to_name, to_path
from ordosync.config.database import to_location
from ordosync.config.hold_settings import HOLD_CONVERTERS
from ordosync.config.host_options import read_host, with_spool
from ordosync.config.portals import PortalReader
from ordosync.config.presets import with_presets
from ordosync.config.reader import Place, Reader
from ordosync.config.secret_sources import to_private_key, to_secret
from ordosync.config.selling import read_selling
from ordosync.config.settings import AccountConfig, Config, DeskConfig
from ordosync.config.stock_settings import NO_SELLING_RULES
from ordosync.config.yaml_file import Source
from ordosync.idle import DATABASE
from ordosync.secret import PrivateKey, Secret
from ordosync.store.location import SqliteFile, StoreLocation

RETENTION = timedelta(days=400)
"""A year, and one month to review it."""
_MOST_DAYS = 36_500
TOP = ("database", "retention", "spool", "default_account", "desk", "alerts", "accounts", "portals")
"""The options of the whole file."""
NOT_OPTIONS = ("name",)
"""Parameters of an account that are not options of the file."""


def reader_for(source: Source) -> Reader:
    """Return a reader with the converters for paths and secrets of this file."""
    file_converters: dict[Any, Callable[[str], Any]] = {
        Path: partial(to_path, folder=source.path.parent),
        Secret: partial(to_secret, source=source),
        PrivateKey: partial(to_private_key, source=source),
    }
    return Reader({**CONVERTERS, **HOLD_CONVERTERS, **file_converters})


def read_config(reader: Reader, top: Place, source: Source) -> Config | None:
    """Read the whole file."""
    entries = reader.entries(top)
    if entries is None:
        return None
    reader.refuse_unknown(entries, TOP)
    database: StoreLocation | None = SqliteFile(source.path.parent / DATABASE)
    if "database" in entries:
        database = reader.scalar(entries["database"], partial(to_location, source=source))
    database = with_spool(reader, entries, database)
    retention: timedelta | None = RETENTION
    if "retention" in entries:
        retention = reader.scalar(entries["retention"], _to_retention)
    account_places = _section(reader, top, entries, "account")
    accounts: dict[str, AccountConfig | None] = {}
    opened: dict[str, Account | None] = {}
    for name, place in account_places.items():
        accounts[name], opened[name] = _account(reader, name, place, database)
    default_account = None
    if "default_account" in entries:
        default_account = reader.scalar(
            entries["default_account"], partial(_to_local_account, accounts=accounts)
        )
    desk = reader.value(DeskConfig, entries["desk"]) if "desk" in entries else DeskConfig()
    portal_places = _section(reader, top, entries, "portal")
    alerts = read_alerts(reader, entries["alerts"], portal_places) if "alerts" in entries else None
    return Config(
        path=source.path,
        digest=source.digest,
        database=database or SqliteFile(source.path.parent / DATABASE),
        retention=retention,
        accounts={name: account for name, account in accounts.items() if account},
        opened={name: account for name, account in opened.items() if account},
        portals=PortalReader(reader, accounts, opened, portal_places).portals(),
        default_account=default_account,
        desk=desk or DeskConfig(),
        alerts=alerts,
    )


def _section(reader: Reader, top: Place, entries: dict[str, Place], noun: str) -> dict[str, Place]:
    """Read the entries of `accounts` or `portals`; at least one is required."""
    place = entries.get(f"{noun}s")
    if place is None or place.is_null or not place.node.value:
        reader.problem(place or top, f"no {noun} is configured")
        return {}
    named = reader.entries(place) or {}
    for name, entry in named.items():
        reader.attempt(entry, partial(to_name, name))
    return named


def _account(
    reader: Reader, name: str, place: Place, database: StoreLocation | None
) -> tuple[AccountConfig | None, Account | None]:
    """Return an account as configured, and opened; not opened if an option has a problem."""
    entries = reader.entries(place)
    if entries is None:
        return None, None
    before = reader.problem_count
    kind = reader.required(place, entries, "kind", _to_kind)
    if kind is None:
        return None, None
    adapter: Callable[..., Account] = account_class(kind)
    selling_place = entries.pop("selling", None)
    host = read_host(reader, kind, place, entries, database)
    entries = with_presets(reader, account_class(kind).presets, adapter, entries)
    options = reader.arguments(adapter, place, entries, without=NOT_OPTIONS)
    selling = NO_SELLING_RULES
    if selling_place:
        selling = read_selling(reader, selling_place, kind, options.get("timezone"))
    account = AccountConfig(name=name, kind=kind, options=options, selling=selling, host=host)
    if reader.problem_count > before:
        return account, None
    opened = reader.attempt(place, lambda: adapter(name=name, **options), entries=entries)
    return account, opened


def _to_local_account(text: str, accounts: Mapping[str, AccountConfig | None]) -> str:
    """Return the name of a local account; an account with a problem may be one."""
    local = [name for name, of in accounts.items() if of is None or is_embedded(of.kind)]
    if text not in local:
        raise ValueError(f"{quoted(text)} is not a local account{suggestion(text, local)}")
    return text


def _to_retention(text: str) -> timedelta | None:
    if text == "off":
        return None
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text[:9]) <= _MOST_DAYS:
        raise ValueError(f"{quoted(text)} is not a number of days, nor off")
    return timedelta(days=int(text))


def _to_kind(text: str) -> str:
    if text not in KINDS:
        raise ValueError(f"{quoted(text)} is not a kind of account{suggestion(text, KINDS)}")
    return text
