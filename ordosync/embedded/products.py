"""The products of a local account. A product's id is its SKU."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from ordosync import skus as skus_of
from ordosync.embedded import change_feed
from ordosync.models import Product
from ordosync.skus import folded

if TYPE_CHECKING:
    import sqlite3

_PAGE = 1000


def create_unknown(db: "sqlite3.Connection", names: Mapping[str, str]) -> None:
    """Create products, by SKU, with unset stock; an existing product stays as it is."""
    existing = db.execute(
        "select sku from products where sku in (select value from json_each(?))",
        (json.dumps(list(names)),),
    )
    unknown = names.keys() - {row["sku"] for row in existing}
    db.executemany(
        "insert into products (sku, name, folded_sku) values (?, ?, ?)",
        [(sku, names[sku], folded(sku)) for sku in unknown],
    )
    change_feed.add_all(db, "product", sorted(unknown), "created")


def create(
    db: "sqlite3.Connection",
    product: Product,
    *,
    supplier: str | None = None,
    components: Mapping[str, Decimal] | None = None,
    storage_bin: str = "",
) -> bool:
    """Create a product with unset stock; return False if its SKU exists, and change nothing."""
    added = db.execute(
        "insert into products (sku, name, price, weight_g, supplier, supplier_sku, is_kit, bin,"
        " folded_sku) values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing",
        (
            product.sku,
            product.name,
            _to_text(product.price),
            _to_text(product.weight_g),
            supplier,
            product.supplier_sku,
            product.is_kit,
            storage_bin,
            folded(product.sku),
        ),
    )
    if not added.rowcount:
        return False
    db.executemany(
        "insert into components (kit_sku, sku, quantity) values (?, ?, ?)",
        [(product.sku, sku, str(quantity)) for sku, quantity in (components or {}).items()],
    )
    change_feed.add(db, "product", product.sku, "created")
    return True


def read(db: "sqlite3.Connection", skus: Sequence[str]) -> list[Product]:
    """Return these products, sorted by SKU; an unknown SKU is omitted."""
    rows = db.execute(
        "select * from products where sku in (select value from json_each(?)) order by sku",
        (json.dumps(list(skus)),),
    )
    return [_product(row) for row in rows]


def similar(db: "sqlite3.Connection", asked: Sequence[str]) -> skus_of.Similar:
    """Return the SKUs that are equal or nearly equal to those asked for."""
    rows = db.execute(
        "select sku from products where sku in (select value from json_each(?))"
        " union select sku from products where folded_sku in (select value from json_each(?))",
        (json.dumps(list(asked)), json.dumps([*{folded(sku) for sku in asked}])),
    )
    return skus_of.similar(asked, [row["sku"] for row in rows])


def read_all(db: "sqlite3.Connection") -> Iterator[list[Product]]:
    """Yield all products in pages, sorted by SKU."""
    for rows in _pages(db, "*"):
        yield [_product(row) for row in rows]


def listed(db: "sqlite3.Connection", skus: Sequence[str]) -> list[tuple[str, bool]]:
    """Return the existing SKUs among these, sorted, each with True if it is archived."""
    rows = db.execute(
        "select sku, archived from products"
        " where sku in (select value from json_each(?)) order by sku",
        (json.dumps(list(skus)),),
    )
    return [(sku, bool(archived)) for sku, archived in rows]


def list_all(db: "sqlite3.Connection") -> Iterator[list[tuple[str, bool]]]:
    """Yield all SKUs in pages, sorted, each with True if it is archived."""
    for rows in _pages(db, "sku, archived"):
        yield [(sku, bool(archived)) for sku, archived in rows]


def _pages(db: "sqlite3.Connection", columns: str) -> "Iterator[list[sqlite3.Row]]":
    last = ""
    while rows := db.execute(
        f"select {columns} from products where sku > ? order by sku limit ?",  # noqa: S608
        (last, _PAGE),
    ).fetchall():
        yield rows
        last = rows[-1]["sku"]


def of_other_suppliers(
    db: "sqlite3.Connection", supplier: str, skus: Sequence[str]
) -> frozenset[str]:
    """Return which of these products are assigned to a different supplier."""
    rows = db.execute(
        "select sku from products where supplier <> ? and sku in (select value from json_each(?))",
        (supplier, json.dumps(list(skus))),
    )
    return frozenset(row["sku"] for row in rows)


def components(db: "sqlite3.Connection", sku: str) -> dict[str, Decimal]:
    """Return the components of a kit, by SKU, with their quantities."""
    rows = db.execute("select * from components where kit_sku = ? order by sku", (sku,))
    return {row["sku"]: Decimal(row["quantity"]) for row in rows}


def bins(db: "sqlite3.Connection") -> dict[str, str]:
    """Return the bins of all products that have one, by SKU."""
    rows = db.execute("select sku, bin from products where bin <> ''")
    return {row["sku"]: row["bin"] for row in rows}


def skus(db: "sqlite3.Connection", prefix: str, limit: int) -> list[str]:
    """Return the first SKUs that begin with `prefix`."""
    rows = db.execute(
        "select sku from products where sku >= ? and sku < ? order by sku limit ?",
        (prefix, f"{prefix}\U0010ffff", limit),
    )
    return [row["sku"] for row in rows]


def _product(row: "sqlite3.Row") -> Product:
    names = ("sku", "name", "price", "weight_g", "supplier_sku", "is_kit")
    values = [row[name] for name in names]
    digest = hashlib.blake2b(json.dumps(values).encode(), digest_size=16).hexdigest()
    return Product(
        id=row["sku"],
        sku=row["sku"],
        name=row["name"],
        price=_from_text(row["price"]),
        weight_g=_from_text(row["weight_g"]),
        supplier_sku=row["supplier_sku"],
        is_kit=bool(row["is_kit"]),
        archived=bool(row["archived"]),
        content=f"1-{digest}",
    )


def _to_text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)


def _from_text(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
