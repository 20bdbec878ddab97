"""Backups and restores by the functions that the commands call, at the time of a virtual clock."""

from pathlib import Path

from ordosync.config import load_config
from ordosync.store.backup import Restored, back_up, restore
from tests.support.clock import VirtualClock


def backed_up(config: Path) -> Path:
    """Back the store of a configuration up, and return where."""
    path = config.with_name("backup.db")
    back_up(load_config(config).database, path, replace=False)
    return path


def go_back(config: Path, backup: Path, clock: VirtualClock) -> Restored:
    """Restore it."""
    database = load_config(config).database
    return restore(database, backup, moved=False, clock=clock, rest=lambda: clock.sleep(60))
