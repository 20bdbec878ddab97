"""The sandbox of a dry run: copies of the store, of the spool and of the accounts.

A dry run does the real work on the copies, so that it decides nothing differently. A service cannot
be copied: it is read as always, and its writes are answered here (`accounts/dry_run.py`). The
copies have personal data, so only their owner can read them, and they are deleted at the end
(`private_folders.py`).
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ordosync.accounts.account import Account
from ordosync.config.settings import AccountConfig, Config
from ordosync.engine.private_folders import private_folder
from ordosync.store import Store
from ordosync.store.location import SqliteFile

_STORE, _ACCOUNTS = "store.db", "accounts"


@dataclass(frozen=True, kw_only=True)
class Sandbox:
    """A configuration whose paths are those of copies."""

    config: Config
    original: Config
    originals: dict[str, str]
    """The originals of paths that error messages may name."""

    def in_words(self, text: str) -> str:
        """Return a text with the paths of the originals."""
        for copy, original in self.originals.items():
            text = text.replace(copy, original)
        return text


@contextmanager
def sandbox(config: Config) -> Iterator[Sandbox]:
    """Copy everything that a command may write, and delete the copies at the end.

    Raise `DatabaseError` or `AccountError` if something cannot be copied.
    """
    with private_folder("dry-run") as folder:
        yield _copied(config, folder)


def _copied(config: Config, folder: Path) -> Sandbox:
    store, spool = SqliteFile(folder / _STORE), config.database.spool
    with Store.open(config.database, readonly=True) as original:
        if config.database.exists():
            original.whole.copy_to(store.path)
    if spool.is_dir():
        shutil.copytree(spool, store.spool)
    opened = {name: _account(account, folder, name) for name, account in config.opened.items()}
    accounts = {name: _options(config.accounts[name], opened[name]) for name in config.accounts}
    originals = {str(store): str(config.database)}
    for name, account in opened.items():
        originals |= _renamed(config.opened[name], account)
    copy = replace(
        config, database=store, originals=config.database, opened=opened, accounts=accounts
    )
    return Sandbox(config=copy, original=config, originals=originals)


def _account(account: Account, folder: Path, name: str) -> Account:
    inner = folder / _ACCOUNTS / name
    inner.mkdir(parents=True)
    return account.for_dry_run(inner)


def _options(account: AccountConfig, opened: Account) -> AccountConfig:
    """Return the options of an account; the desk opens a local account by its path."""
    path: Any = getattr(opened, "path", None)
    return replace(account, options={**account.options, "path": path}) if path else account


def _renamed(original: Account, copy: Account) -> dict[str, str]:
    return {
        str(after): str(before)
        for before, after in zip(original.written_paths, copy.written_paths, strict=True)
    }
