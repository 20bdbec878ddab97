"""Write Inventory Back: a few changes among many SKUs cost little, except the read."""

import json
import random
from collections.abc import Mapping, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

from ordosync.clock import Clock
from ordosync.database import transaction
from ordosync.store import Store
from ordosync.store.links import Link
from tests.benchmarks import peers
from tests.benchmarks.measuring import (
    ORDOSYNC,
    Result,
    always,
    at_most,
    in_turn,
    peak_mib,
    scaled,
    sizes,
    spent,
)
from tests.benchmarks.portals import configured, embedded, idle, opened

ROUNDS = 5
WORDS = (ORDOSYNC, "write-inventory-back", "--json")


_FIRST_VERSION = """
import sys
from contextlib import closing
from pathlib import Path
from ordosync.clock import Clock
from ordosync.database import transaction
from ordosync.store import Store
from ordosync.store.links import Link
from tests.benchmarks.inventory import _count
from tests.benchmarks.portals import configured, embedded, idle, opened

folder, skus = Path(sys.argv[1]), [f"SKU-{i:06d}" for i in range(int(sys.argv[2]))]
more = ", manage_inventory: true"
place = configured(folder, merchant=embedded("shop"), supplier=embedded("w"), more=more)
for name in ("shop", "w"):
    with closing(opened(place / f"{name}.db")) as db, transaction(db):
        db.executemany("insert into products (sku, name) values (?, ?)", zip(skus, skus))
_count(place, skus, 7)
idle(place)
with closing(Store.open(place / "ordosync.db")) as store, store.transaction():
    links = (Link(kind="product", merchant_id=sku, supplier_id=sku) for sku in skus)
    store.links("p").add(links, now=Clock().now())
"""
"""Makes the same accounts as `_linked` does, by the modules of the first version."""


def measure(folder: Path, scale: float) -> Sequence[Result]:
    """Write all quantities once, then none, then a few of them."""
    count, few = scaled(100_000, scale, least=200), scaled(100, scale, least=5)
    skus = [f"SKU-{i:06d}" for i in range(count)]
    place = _linked(folder, skus)
    full = spent(*WORDS, cwd=place)
    reading = spent(*WORDS, cwd=place)
    _count(place, skus[:: count // few][:few], 8)
    changed = spent(*WORDS, cwd=place)
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


def measure_unchanged(folder: Path, scale: float) -> Sequence[Result]:
    """Read all quantities, which the Merchant shows, also with the first version."""
    first = peers.first_version()
    results = []
    for count in sizes(100_000, scale, least=200):
        skus = [f"SKU-{i:06d}" for i in range(count)]
        place = _linked(folder / str(count), skus)
        ways = {"now": partial(spent, *WORDS, cwd=place)}
        if first:
            before = folder / f"{count}-first"
            before.mkdir()
            python = str(first / ".venv" / "bin" / "python")
            spent(python, "-c", _FIRST_VERSION, str(before), str(count), cwd=first)
            words = (str(first / ".venv" / "bin" / "ordosync"), *WORDS[1:])
            ways["first"] = partial(spent, *words, cwd=before)
        in_turn(ways, rounds=1)
        medians = in_turn(ways, rounds=ROUNDS)
        why_not = "not measured: `python -m tests.benchmarks.peers` makes its environment"
        results += [
            at_most(
                f"{count:,} SKUs, none changed, least CPU against commit {peers.FIRST_COMMIT}",
                medians.cpu_ratio("now", "first") if first else None,
                0.65,
                note=f"{medians.cpu_s('now'):.2f} s" if first else why_not,
            ),
            always(
                f"{count:,} SKUs, none changed, peak memory",
                peak_mib(*WORDS[1:], cwd=place),
                60,
                unit=" MiB",
            ),
        ]
    return results


def measure_rules(folder: Path, scale: float) -> Sequence[Result]:
    """Read all quantities, with a rule for each SKU in any order, and without; write none."""
    count = scaled(100_000, scale, least=200)
    skus = [f"SKU-{i:06d}" for i in range(count)]
    rules = folder / "rules.csv"
    rows = [f"{sku},{at % 5},,{at % 3},{50 + at % 100},\n" for at, sku in enumerate(skus)]
    random.Random(0).shuffle(rows)  # noqa: S311 - it decides nothing
    rules.write_text("sku,buffer,buffer_percent,zero_below,maximum,stop\n" + "".join(rows))
    places = {
        "without": _linked(folder / "without", skus),
        "with": _linked(folder / "with", skus, f", stock: {{skus: {rules}}}"),
    }
    return _compared(places, f"{count:,} SKUs with a rule each", "rules")


def measure_map(folder: Path, scale: float) -> Sequence[Result]:
    """Read all quantities, with a row of the SKU map for each SKU, and without; write none."""
    count = scaled(100_000, scale, least=200)
    skus = [f"SKU-{i:06d}" for i in range(count)]
    sku_map = folder / "map.csv"
    rows = [f"{sku},{sku},1\n" for sku in skus]
    random.Random(0).shuffle(rows)  # noqa: S311 - it decides nothing
    sku_map.write_text("merchant_sku,supplier_sku,units\n" + "".join(rows))
    places = {
        "without": _linked(folder / "without", skus),
        "with": _linked(folder / "with", skus, f", sku_map: {sku_map}"),
    }
    return _compared(places, f"{count:,} SKUs with a row of the map each", "a map")


def _compared(places: Mapping[str, Path], subject: str, feature: str) -> Sequence[Result]:
    """Compare runs that change nothing, in the places `with` a feature and `without` it."""
    for place in places.values():
        # The first run writes the quantities, reads a map, and saves its rows in the links.
        spent(*WORDS, cwd=place)
    ways = {name: partial(spent, *WORDS, cwd=place) for name, place in places.items()}
    medians = in_turn(ways, rounds=ROUNDS)
    peaks = {name: peak_mib(*WORDS[1:], cwd=place) for name, place in places.items()}
    return [
        at_most(
            f"{subject}, none changed, against none without {feature}",
            medians.ratio("with", "without"),
            1.2,
            note=medians.note("with", "without"),
        ),
        always(f"{subject}, more memory", peaks["with"] - peaks["without"], 5, unit=" MiB"),
    ]


def _linked(folder: Path, skus: Sequence[str], more: str = "") -> Path:
    """Return the folder of two accounts with these products, which the Supplier has counted."""
    folder.mkdir(exist_ok=True)
    place = configured(
        folder,
        merchant=embedded("shop"),
        supplier=embedded("w"),
        more=f", manage_inventory: true{more}",
    )
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
    return place


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
