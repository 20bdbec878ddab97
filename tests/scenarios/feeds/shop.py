"""A shop whose export is read with a preset, and a depot that ships its orders."""

import os
from pathlib import Path
from typing import Any

import yaml

from tests.support.command import Done, ordosync, steps

from .exports import Export

TASKS = dict.fromkeys(("import-orders", "cancel-orders"), "hourly")


class Shop:
    """The folder of a configuration."""

    def __init__(self, folder: Path, export: Export, **options: Any) -> None:
        self.folder = folder
        self._export = export
        self._hours = iter(range(1000))
        for name in ("feeds", "cancelled", "out"):
            (folder / name).mkdir()
        orders = {"glob": "feeds/*", "preset": export.preset, **export.beside, **options}
        tracking = {"order_number": "No", "tracking_number": "Number", "voided": "Void"}
        shop = {
            "kind": "files",
            "orders": orders,
            "cancellations": {"glob": "cancelled/*", "columns": {"order_number": "No"}},
            "tracking": {"path": "out/tracking.csv", "columns": tracking},
        }
        settings = {
            "accounts": {"shop": shop, "depot": {"kind": "sqlite", "path": "depot.db"}},
            "portals": {"p": {"merchant": "shop", "supplier": "depot", "tasks": TASKS}},
        }
        (folder / "config.yaml").write_text(yaml.safe_dump(settings, sort_keys=False))

    def drop(self, text: str, name: str = "", *, hour: int | None = None) -> None:
        """Write an export that is an hour younger than the one before."""
        path = self.folder / "feeds" / (name or self._export.name)
        path.write_text(text, encoding=self._export.encoding, newline="")
        changed = 1_790_000_000 + 3600 * (next(self._hours) if hour is None else hour)
        os.utime(path, (changed, changed))

    def run(self, *words: str) -> Done:
        """Run a command; by default import the orders."""
        return ordosync(self.folder, *(words or ("import-orders", "--json")))

    def sync(self) -> list[dict[str, Any]]:
        """Import and cancel orders, and return the steps of both runs."""
        runs = [self.run(task, "--json").run for task in TASKS]
        return [step for run in runs for step in steps(self.folder, run["id"])]

    def orders(self) -> dict[str, dict[str, int]]:
        """Return the units by SKU of each order at the depot."""
        listed = self.run("orders", "list", "--account", "depot", "--json").json["orders"]
        return {order["number"]: self.order(order["number"]) for order in listed}

    def order(self, number: str) -> dict[str, int]:
        """Return the units by SKU of an order at the depot."""
        shown = self.run("orders", "show", number, "--account", "depot", "--json").json
        (order,) = shown["orders"]
        return {line["sku"]: line["quantity"] for line in order["lines"]}

    def status(self, number: str) -> str:
        """Return the status of an order at the depot."""
        shown = self.run("orders", "show", number, "--account", "depot", "--json").json
        status: str = shown["orders"][0]["status"]
        return status

    def attention(self) -> list[dict[str, Any]]:
        """Return all that needs attention."""
        found: list[dict[str, Any]] = self.run("attention", "--json").json["attention"]
        return found
