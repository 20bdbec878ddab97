"""Two embedded accounts, a Merchant and a Supplier, and the manual commands of both."""

from pathlib import Path
from typing import Any

from tests.support.command import Done, ordosync

CONFIG = """
accounts:
  shop: {kind: sqlite, path: shop.db}
  northwind: {kind: sqlite, path: northwind.db}
portals:
  shop-northwind:
    merchant: shop
    supplier: {account: northwind, prefix: "S-"}
    manage_inventory: true
"""

SHIP = ("orders", "ship", "S-1001", "--carrier", "UPS", "--tracking", "1Z9")


class TwoAccounts:
    """A Merchant, a Supplier, and the commands of both."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "config.yaml").write_text(CONFIG)

    def shop(self, *words: str) -> Done:
        return self.at("shop", *words)

    def northwind(self, *words: str, fault: str | None = None) -> Done:
        return self.at("northwind", *words, fault=fault)

    def at(self, account: str, *words: str, fault: str | None = None) -> Done:
        return ordosync(self.folder, *words, "--account", account, fault=fault)

    def run(self, *words: str) -> Done:
        return ordosync(self.folder, *words)

    def imported(self, number: str) -> None:
        """Add an order at the shop, and import it."""
        words = ("--line", "MUG=1", "--supplier", "northwind")
        assert self.shop("orders", "add", number, *words).code == 0
        assert self.run("import-orders").code == 0

    def configure(self, before: str, after: str) -> None:
        """Edit the configuration."""
        path = self.folder / "config.yaml"
        assert before in path.read_text()
        path.write_text(path.read_text().replace(before, after))

    def order(self, account: str, number: str) -> dict[str, Any]:
        order: dict[str, Any] = self.at(account, "orders", "show", number, "--json").json["orders"][
            0
        ]
        return order

    def activity(self) -> list[tuple[str, str, str]]:
        runs = self.run("activity", "-n", "50", "--json").json["runs"]
        return [(run["task"], run["trigger"], run["status"]) for run in runs]
