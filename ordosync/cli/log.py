"""The log of runs, opened by commands that only read it."""

import os
from collections.abc import Callable, Collection
from pathlib import Path

from ordosync.cli.context import Context
from ordosync.errors import UsageError
from ordosync.idle import glance
from ordosync.store import Store


def open_log(context: Context) -> tuple[Store, Collection[str]]:
    """Open the store read-only, and return it with the names of the portals.

    A store that matches the configuration knows the portals. Loading the configuration as well
    would take longer than the rest of the command.
    """
    option = context.config_option
    database, digest = glance(str(option) if option else None) or ("", "")
    if os.path.exists(database):  # noqa: PTH110 - Path("") is the current folder
        store = Store.open(Path(database), readonly=True)
        if store.config_digest == digest:
            return store, store.portals.all()
        store.close()
    config = context.config
    store = Store.open(config.database, readonly=True)
    return store, {*config.portals, *store.portals.all()}


def check_known(noun: str, name: str | None, known_names: Callable[[], Collection[str]]) -> None:
    """Raise `UsageError` if a name was given that is not among the known ones."""
    if name is not None and name not in (names := known_names()):
        raise UsageError(f"there is no {noun} {name!r}; known: {', '.join(sorted(names))}")
