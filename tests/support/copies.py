"""Backups and restores through the functions of the commands, with a virtual clock."""

from pathlib import Path

from ordosync.config import load_config
from ordosync.store.backup import Restored, back_up, restore
from tests.support.clock import VirtualClock


def backed_up(config: Path) -> Path:
    """Back up the store of a configuration, and return the path."""
    path = config.with_name("backup.db")
    back_up(load_config(config).database.path, path, replace=False)
    return path


def go_back(config: Path, backup: Path, clock: VirtualClock) -> Restored:
    """Restore a backup."""
    database = load_config(config).database.path
    return restore(database, backup, moved=False, clock=clock, rest=lambda: clock.sleep(60))
