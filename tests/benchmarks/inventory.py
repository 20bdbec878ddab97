"""Write Inventory Back: a few changes among many SKUs cost little, except the read."""

import json
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from ordosync.clock import Clock
from ordosync.database import transaction
from ordosync.store import Store
from ordosync.store.links import Link
from tests.benchmarks.measuring import ORDOSYNC, Result, always, at_most, scaled, spent
from tests.benchmarks.portals import configured, embedded, idle, opened


def measure(folder: Path, scale: float) -> Sequence[Result]:
    """Write all quantities once, then none, then a few of them."""
    count, few = scaled(100_000, scale, least=200), scaled(100, scale, least=5)
    place = configured(
        folder,
        merchant=embedded("shop"),
        supplier=embedded("w"),
        more=", manage_inventory: true",
    )
    skus = [f"SKU-{i:06d}" for i in range(count)]
    for name in ("shop", "w"):
        with closing(opened(place / f"{name}.db")) as db, transaction(db):
            db.executemany(
                "insert into products (sku, name) values (?, ?)", zip(skus, skus, strict=True)
            )
    _count(place, skus, 7)
    idle(place)
    with closing(Store.open(place / "ordosync.db")) as store, store.transaction():
        links = (Link(kind="product", merchant_id=sku, supplier_id=sku) for sku in skus)
        store.links("p").add(links, now=Clock().now())
    words = (ORDOSYNC, "write-inventory-back", "--json")
    full = spent(*words, cwd=place)
    reading = spent(*words, cwd=place)
    _count(place, skus[:: count // few][:few], 8)
    changed = spent(*words, cwd=place)
    written = json.loads(changed.out)["runs"][0]["done"]
    writing_s = max(changed.wall_s - reading.wall_s, 0)
    return [
        always(f"{few} changed of {count:,} SKUs, writes against those", written / few, 1),
        at_most(
            f"{few} changed of {count:,} SKUs, time of writing against a full write",
            100 * writing_s / (full.wall_s - reading.wall_s),
            5,
            unit=" %",
            note=f"reading takes {100 * reading.wall_s / full.wall_s:.0f} % of the full run",
        ),
    ]


def _count(place: Path, skus: Sequence[str], quantity: int) -> None:
    with closing(opened(place / "w.db")) as db, transaction(db):
        db.executemany(
            "insert into stock (sku, warehouse, physical) values (?, 'main', ?)"
            " on conflict do update set physical = excluded.physical",
            [(sku, str(quantity)) for sku in skus],
        )
        db.executemany(
            "insert into changes (kind, object_id, what) values ('product', ?, 'stock')",
            [(sku,) for sku in skus],
        )
