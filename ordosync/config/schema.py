"""Schema of the file: a database, accounts of some kind, and portals between two of them.

Like `Reader`, it continues after a problem. The result is valid only if there was no problem.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from ordosync.accounts import KINDS, account_class, new_account
from ordosync.accounts.account import Account
from ordosync.config.converters import CONVERTERS, quoted, suggestion, to_name, to_path
from ordosync.config.portals import PortalReader
from ordosync.config.reader import Place, Reader
from ordosync.config.secret_sources import to_secret
from ordosync.config.settings import AccountConfig, Config
from ordosync.config.yaml_file import Source
from ordosync.idle import DATABASE
from ordosync.secret import Secret

RETENTION = timedelta(days=400)
"""A year, and one month to review it."""
_MOST_DAYS = 36_500
NOT_OPTIONS = ("name",)
"""Parameters of an account that are not options of the file."""


def reader_for(source: Source) -> Reader:
    """Return a reader with the converters for paths and secrets of this file."""
    here: dict[Any, Callable[[str], Any]] = {
        Path: partial(to_path, folder=source.folder),
        Secret: partial(to_secret, source=source),
    }
    return Reader({**CONVERTERS, **here})


def read_config(reader: Reader, top: Place, source: Source) -> Config | None:
    """Read the whole file."""
    entries = reader.entries(top)
    if entries is None:
        return None
    reader.refuse_unknown(entries, ("database", "retention", "accounts", "portals"))
    database = source.folder / DATABASE
    if "database" in entries:
        database = reader.value(Path, entries["database"])
    retention: timedelta | None = RETENTION
    if "retention" in entries:
        retention = reader.scalar(entries["retention"], _to_retention)
    account_places = _section(reader, top, entries, "account")
    accounts = {name: _account(reader, name, at) for name, at in account_places.items()}
    made = {name: _made(reader, accounts[name], at) for name, at in account_places.items()}
    portal_places = _section(reader, top, entries, "portal")
    return Config(
        path=source.path,
        digest=source.digest,
        database=database,
        retention=retention,
        accounts={name: account for name, account in accounts.items() if account},
        opened={name: account for name, account in made.items() if account},
        portals=PortalReader(reader, accounts, made, portal_places).portals(),
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


def _account(reader: Reader, name: str, place: Place) -> AccountConfig | None:
    entries = reader.entries(place)
    if entries is None:
        return None
    kind = reader.required(place, entries, "kind", _to_kind)
    if kind is None:
        return None
    before = reader.problem_count
    options = reader.arguments(account_class(kind), place, entries, without=NOT_OPTIONS)
    is_valid = reader.problem_count == before
    return AccountConfig(name=name, kind=kind, options=options, is_valid=is_valid)


def _made(reader: Reader, account: AccountConfig | None, place: Place) -> Account | None:
    """Return the account, unless its options have a problem or contradict each other."""
    if account is None or not account.is_valid:
        return None
    made: Account | None = reader.attempt(
        place, lambda: new_account(account.kind, account.name, account.options)
    )
    return made


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
