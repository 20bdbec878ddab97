"""The session itself: the demo, every command as JSON, the schemas, and calls to each service."""

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from ordosync.cli.commands import COMMANDS, load
from tests.golden.masking import masked
from tests.scenarios.pairs.kinds import MERCHANTS, SUPPLIERS
from tests.scenarios.pairs.pair import Pair
from tests.support.clock import VirtualClock
from tests.support.command import ordosync

TASKS = (
    "import-products",
    "import-orders",
    "split-order",
    "update-tracking",
    "write-inventory-back",
    "cancel-orders",
)
_SESSION = (
    "import-orders",
    "import-orders --dry-run",
    "import-products",
    "write-inventory-back",
    "write-inventory-back --dry-run",
    "update-tracking",
    "split-order",
    "cancel-orders",
    "sync",
    "autosync",
    "autosync off import-orders",
    "autosync on import-orders",
    "activity -n 50",
    "activity --task import-orders --status ok",
    "show 8",
    "show 999",
    "retry --all",
    "retry 999",
    "health",
    "attention",
    "why 1001",
    "why TRAY-RED",
    "show 11",
    "report",
    "reconcile",
    "orders list --account northwind -n 5",
    "orders show S-1001 --account northwind",
    "orders show 1003 --account shop",
    "orders show 999 --account shop",
    "products list --account northwind",
    "stock list --account northwind",
    "config show",
    "orders restore S-1003 --account northwind",
    "attention",
    "health",
    "reconcile",
    "reconcile --fix",
    "attention",
    "orders add 9001 --line TRAY-RED=1 --supplier northwind --account shop",
    "import-orders --dry-run",
    "import-orders",
    "orders ship S-9001 --carrier UPS --tracking 1Z9001 --account northwind",
    "orders ship S-9001 --void --account northwind",
    "orders split S-1004 --piece NO-SUCH=1 --account northwind",
    "orders cancel S-1040 --account northwind",
    "attention",
    "dismiss shop-northwind:update-tracking:S-1040:supplier-cancelled --note seen",
    "attention",
    "products add NEW-SKU --price 1.00 --account shop",
    "import-products",
    "stock set NEW-SKU 5 --account northwind",
    "write-inventory-back",
    "purge --order 1006 --account shop --yes",
    "config check",
    "backup copy.db",
    "prune",
    "rebuild-state shop-northwind",
)
_COMMANDS_WITHOUT_JSON = frozenset({"config show"})


def commands() -> dict[str, list[str]]:
    """Return the parameters of each command: names of options, and arguments in capitals."""
    found: dict[str, list[str]] = {}
    for name in COMMANDS:
        _walk(name, load(name), found)
    return found


def demo(folder: Path) -> list[dict[str, Any]]:
    """Run each command in the demo, which ended with code 0; return exit codes and masked JSON."""
    said = [_said("demo", 0, None, folder)]
    inside = folder / "demo"
    for command in _SESSION:
        words = command.split()
        json_wanted = command not in _COMMANDS_WITHOUT_JSON and _takes_json(words)
        done = ordosync(inside, *words, *(["--json"] if json_wanted else []))
        document = json.loads(done.out) if json_wanted and done.out else None
        if command == "config show":
            document = done.out.splitlines()
        said.append(_said(command, done.code, document, inside))
    return said


def schemas(folder: Path) -> dict[str, list[str]]:
    """Return the SQL of all tables and indexes that the demo's databases have."""
    return {
        name: _schema(folder / "demo" / name) for name in ("ordosync.db", "shop.db", "northwind.db")
    }


def calls(folder: Path) -> dict[str, dict[str, int]]:
    """Return how often each address of each service is called, by kind, role and task."""
    found: dict[str, dict[str, int]] = {}
    for role, kind in [
        *(("merchant", kind) for kind in sorted(MERCHANTS) if kind not in ("sqlite", "files")),
        *(("supplier", kind) for kind in sorted(SUPPLIERS) if kind not in ("sqlite", "files")),
    ]:
        place = folder / f"{role}-{kind}"
        place.mkdir()
        found |= _calls(place, role, kind)
    return found


def _calls(folder: Path, role: str, kind: str) -> dict[str, dict[str, int]]:
    clock = VirtualClock()
    merchants, suppliers = (kind, "sqlite") if role == "merchant" else ("sqlite", kind)
    found: dict[str, dict[str, int]] = {}
    with (
        closing(MERCHANTS[merchants](folder, clock)) as selling,
        closing(SUPPLIERS[suppliers](folder, clock)) as shipping,
    ):
        fake: Any = vars(selling if role == "merchant" else shipping)["fake"]
        pair = Pair(folder, selling, shipping)
        pair.give_every_task_work()
        for task in TASKS:
            before = fake.requests
            if pair.can_run(task):
                pair.run(task)
            made = fake.requests - before
            found[f"{role} {kind} {task}"] = {name: made[name] for name in sorted(made)}
    return found


def _walk(path: str, command: Any, found: dict[str, list[str]]) -> None:
    inner = getattr(command, "commands", None)
    if inner:
        for name in sorted(inner):
            _walk(f"{path} {name}", inner[name], found)
        return
    names = []
    for parameter in command.params:
        if parameter.param_type_name == "argument":
            names.append(parameter.name.upper())
            continue
        # A further name, such as the short `-a`, is an addition: the long one stays.
        options = [*parameter.opts, *parameter.secondary_opts]
        names += [*options, "/".join(options)] if len(options) > 1 else options
    found[path] = names


def _takes_json(words: list[str]) -> bool:
    command: Any = load(words[0])
    for word in words[1:]:
        command = getattr(command, "commands", {}).get(word, command)
    return any("--json" in parameter.opts for parameter in command.params)


def _said(command: str, code: int, document: Any, folder: Path) -> dict[str, Any]:
    return {"command": command, "code": code, "json": masked(document, str(folder))}


def _schema(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as db:
        rows = db.execute(
            "select sql from sqlite_master where sql is not null order by type, name"
        ).fetchall()
    without_comments = (re.sub(r"--[^\n]*", "", sql) for (sql,) in rows)
    return [re.sub(r"\s+", " ", sql).strip() for sql in without_comments]


__all__ = ["TASKS", "calls", "commands", "demo", "schemas"]
