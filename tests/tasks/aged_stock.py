"""A Merchant with a local account, and a Supplier that drops stock files; cron runs every hour."""

import os
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from ordosync.config import load_config
from ordosync.embedded.desk import Desk
from ordosync.engine.diagnosis.attention import attention
from ordosync.engine.diagnosis.attention_entry import Attention
from ordosync.models import Product
from ordosync.store import Store
from ordosync.store.feeds import FeedRow
from ordosync.store.runs import Run
from tests.support.clock import Cron, VirtualClock

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PORTAL, STOCK = "shop-depot", "write-inventory-back"
CONFIG = """
accounts:
  shop: {kind: sqlite, path: shop.db}
  depot:
    kind: files
    order_files: {folder: orders, columns: {order_number: No, sku: SKU, quantity: Qty}}
    stock:
      glob: stock/*.csv
      columns: {sku: sku, quantity: qtyCOLUMN}
      quiet_s: 0
      OPTIONS
portals:
  shop-depot:
    merchant: shop
    supplier: depot
    manage_inventory: true
    tasks: {import-products: hourly}
"""


class AgedStock:
    """The portal, and what both sides have."""

    def __init__(self, folder: Path, options: str = "max_age: 24h", *, column: str = "") -> None:
        self.folder = folder
        self.clock = VirtualClock()
        self.cron = Cron(folder, self.clock)
        for name in ("stock", "orders"):
            (folder / name).mkdir()
        self.configure(options, column=column)
        self.shop = Desk(name="shop", path=folder / "shop.db")

    def configure(self, options: str, *, column: str = "") -> None:
        """Write the configuration with these options of the stock files."""
        text = CONFIG.replace("OPTIONS", options.replace("\n", "\n      "))
        path = self.folder / "config.yaml"
        path.write_text(text.replace("COLUMN", column))
        path.chmod(0o600)

    def sell(self, *skus: str) -> None:
        """Let the Merchant sell these products, of which it shows 5 units each."""
        for sku in skus:
            self.shop.add_product(Product(id="", sku=sku, name=sku))
            self.shop.set_stock(sku, "main", 5)

    def drop(self, counts: Mapping[str, object], name: str = "stock.csv") -> None:
        """Drop a stock file with these quantities."""
        rows = "".join(f"{sku},{quantity}\n" for sku, quantity in counts.items())
        self.write(name, f"sku,qty\n{rows}")

    def write(self, name: str, text: str) -> None:
        """Drop a file with this text now."""
        (self.folder / "stock" / name).write_text(text)
        self.redate(self.clock.at, name)

    def redate(self, at: datetime, name: str = "stock.csv") -> None:
        """Give a file another time."""
        os.utime(self.folder / "stock" / name, (at.timestamp(), at.timestamp()))

    def pass_time(self, span: timedelta) -> list[Run]:
        """Let cron run every hour; return the runs of Write Inventory Back."""
        end, first = self.clock.at + span, len(self.cron.runs)
        while self.clock.at < end:
            step = 2 * HOUR if end - self.clock.at > 4 * HOUR else HOUR
            self.cron.tick(min(self.clock.at + step, end))
        return [run for run in self.cron.runs[first:] if run.task == STOCK]

    def be_off(self, span: timedelta) -> None:
        """Switch the machine off for some time."""
        self.clock.at += span

    @property
    def shown(self) -> Mapping[str, int | None]:
        """The quantities that the Merchant shows."""
        return {
            product.sku: None if levels[0].physical is None else int(levels[0].physical)
            for product, levels, _ in self.shop.stock_levels()
        }

    @property
    def concerns(self) -> list[Attention]:
        """The open entries of `attention`."""
        config = load_config(self.folder / "config.yaml")
        with Store.open(config.database, readonly=True) as store:
            listed = attention(config, store, now=self.clock.at, unshipped_for=7 * DAY)
        return [entry for entry in listed if entry.needs_you]

    @property
    def codes(self) -> list[str]:
        """The codes of the open entries."""
        return [entry.code for entry in self.concerns]

    def feed(self, reading: str = "stock") -> FeedRow | None:
        """Return what the store knows of a feed."""
        config = load_config(self.folder / "config.yaml")
        with Store.open(config.database, readonly=True) as store:
            return store.feeds.of(PORTAL).get(reading)
