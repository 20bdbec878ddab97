"""Imports of order files: memory stays flat, however large a file is."""

from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.measuring import Result, always, peak_mib, scaled
from tests.benchmarks.portals import configured, embedded

_HEADER = "Order,SKU,Item,Qty,Price,Placed,Shipping,Name,Street,City,Postcode,Country\n"
_COLUMNS = (
    "order_number: Order, sku: SKU, name: Item, quantity: Qty, unit_price: Price,"
    " placed_at: Placed, shipping_method: Shipping, ship_to.name: Name, ship_to.street1: Street,"
    " ship_to.city: City, ship_to.zip: Postcode, ship_to.country: Country"
)


def measure(folder: Path, scale: float) -> Sequence[Result]:
    """Import a small and a large file into new accounts."""
    few, many = scaled(10_000, scale, least=200), scaled(100_000, scale, least=400)
    return [
        always(
            f"peak memory of an import of a file of {count:,} orders",
            peak_mib("import-orders", "--json", cwd=_with_orders(folder / str(count), count)),
            limit,
            unit=" MiB",
        )
        for count, limit in ((few, 60), (many, 66))
    ]


def _with_orders(folder: Path, count: int) -> Path:
    feeds = folder / "feeds"
    feeds.mkdir(parents=True)
    with (feeds / "orders.csv").open("w") as file:
        file.write(_HEADER)
        file.writelines(
            f"{i},SKU-{i % 500},Item {i % 500},{1 + i % 3},12.50,2026-11-20 10:00,Standard,"
            f"Ana Cruz,{i} Main St,Reno,89501,US\n"
            for i in range(1, count + 1)
        )
    orders = (
        f"{{glob: feeds/*.csv, columns: {{{_COLUMNS}}}, date_format: '%Y-%m-%d %H:%M',"
        " timezone: UTC, currency: USD}"
    )
    return configured(folder, merchant=f"{{kind: files, orders: {orders}}}", supplier=embedded("w"))
