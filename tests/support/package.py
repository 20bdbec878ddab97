"""Imports all modules of the package, and the libraries that its functions import."""

import importlib
import pkgutil

import rich.console
import rich.table
import sqlite_utils

import ordosync
from ordosync.cli.commands import COMMANDS, load

for _found in pkgutil.walk_packages(ordosync.__path__, "ordosync."):
    importlib.import_module(_found.name)
for _name in COMMANDS:
    load(_name)
__all__ = ["rich", "sqlite_utils"]
