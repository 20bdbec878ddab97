"""A shop that drops order files, and a depot that gets its orders, through the real command."""

import os
from pathlib import Path
from typing import Any

from tests.support.command import Done, ordosync, steps

CONFIG = """
accounts:
  shop:
    kind: files
    orders:
      glob: feeds/*
      COLUMNS
      OPTIONS
    PARTS
  depot: {kind: sqlite, path: depot.db}
portals:
  p: {merchant: shop, supplier: depot, address: optional, PORTAL}
"""
COLUMNS = "columns: {order_number: No, sku: SKU, quantity: Qty, ship_to.name: To}"


class Feeds:
    """The folder of a configuration, with files of increasing age."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._hours = iter(range(1000))
        (folder / "feeds").mkdir()

    def configure(
        self, *options: str, columns: str = COLUMNS, parts: str = "", portal: str = "edits: {}"
    ) -> None:
        """Write the configuration with these options of `orders:`, one in each text."""
        text = CONFIG.replace("COLUMNS", columns).replace("OPTIONS", "\n      ".join(options))
        text = text.replace("PARTS", parts).replace("PORTAL", portal)
        (self.folder / "config.yaml").write_text(text)

    def drop(self, name: str, text: str, *, at: int | None = None) -> Path:
        """Write a file that is an hour younger than the one before."""
        path = self.folder / "feeds" / name
        path.write_text(text)
        changed = 1_790_000_000 + 3600 * (next(self._hours) if at is None else at)
        os.utime(path, (changed, changed))
        return path

    def run(self, *words: str) -> Done:
        """Run a command; by default import the orders."""
        return ordosync(self.folder, *(words or ("import-orders", "--json")))

    def sent(self, number: str) -> dict[str, int]:
        """Return the units by SKU of an order at the depot."""
        (order,) = self.run("orders", "show", number, "--account", "depot", "--json").json["orders"]
        return {line["sku"]: line["quantity"] for line in order["lines"]}

    def steps(self, run: int = 1) -> dict[str, Any]:
        """Return the steps of a run by key."""
        return {step["key"]: step for step in steps(self.folder, run)}

    def attention(self) -> list[str]:
        """Return the reasons of all that needs attention."""
        found = self.run("attention", "--json").json
        return [entry["reason"] for entry in found["attention"]]
