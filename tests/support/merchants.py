"""Two Merchants with order files, and the local account of the Supplier of both."""

from pathlib import Path

from tests.support.command import Done, ordosync

_COLUMNS = (
    "date_format: '%Y-%m-%dT%H:%M:%S', timezone: UTC, columns: {order_number: order,"
    " placed_at: placed, sku: sku, quantity: qty, ship_to.name: to, ship_to.country: country}"
)
CONFIG = f"""
accounts:
  ann: {{kind: files, orders: {{glob: ann/*.csv, quiet_s: 0, {_COLUMNS}}}}}
  bob: {{kind: files, orders: {{glob: bob/*.csv, quiet_s: 0, {_COLUMNS}}}}}
  depot: {{kind: sqlite, path: depot.db}}
portals:
  ann-depot:
    merchant: ann
    supplier: {{account: depot, prefix: "A-"}}
    send: [placed_at]
  bob-depot:
    merchant: bob
    supplier: {{account: depot, prefix: "B-"}}
"""
HEADER = "order,placed,sku,qty,to,country"


class TwoMerchants:
    """Ann and Bob, whose orders the depot ships."""

    def __init__(self, folder: Path, config: str = CONFIG) -> None:
        self.folder = folder
        (folder / "config.yaml").write_text(config)

    def feed(self, merchant: str, *rows: str) -> None:
        """Write a file of orders."""
        path = self.folder / merchant / "orders.csv"
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join((HEADER, *rows, "")))

    def imported(self) -> None:
        """Import all orders."""
        done = self.run("import-orders")
        assert done.code == 0, done

    def run(self, *words: str) -> Done:
        return ordosync(self.folder, *words)

    def numbers(self, *words: str) -> list[str]:
        """Return the numbers of the orders that `orders list WORDS` shows."""
        orders = self.run("orders", "list", *words, "--json").json["orders"]
        return [order["number"] for order in orders]
