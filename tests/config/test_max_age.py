"""`max_age` and its options: where they can be, and what is refused, each with its line."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from ordosync.accounts.files.input_options.order_files import OrderFiles
from tests.support.command import ordosync

CONFIG = """\
accounts:
  shop:
    kind: files
    orders: {{glob: in/*, columns: {{order_number: n, sku: s, quantity: q}}{orders}}}
    cancellations: {{glob: gone/*, columns: {{order_number: n}}{cancellations}}}
  depot:
    kind: files
    order_files: {{folder: out, columns: {{order_number: No, sku: SKU, quantity: Qty}}}}
    stock: {{glob: stock/*, columns: {{sku: s, quantity: q{columns}}}{stock}}}
    shipments:
      glob: sent/*
      columns: {{order_number: n, tracking_number: t, carrier: c, shipped_at: d}}
      date_format: "%Y-%m-%d"
      timezone: Europe/Berlin{shipments}
    {depot}
  local: {{kind: sqlite, path: local.db{local}}}
  ordoro: {{kind: ordoro, key: k, secret: s, currency: USD{ordoro}}}
portals:
  shop-depot: {{merchant: shop, supplier: depot}}
"""


def checked(folder: Path, **options: str) -> str:
    """Return what `config check` says about the options at these places; empty if it is valid."""
    names = ("orders", "cancellations", "stock", "columns", "shipments", "depot", "local", "ordoro")
    text = CONFIG.format_map({**dict.fromkeys(names, ""), **options})
    (folder / "config.yaml").write_text(text)
    (folder / "config.yaml").chmod(0o600)
    for name in ("in", "gone", "out", "stock", "sent"):
        (folder / name).mkdir(exist_ok=True)
    result = ordosync(folder, "config", "check")
    assert result.code == (3 if result.err else 0)
    return result.err


@pytest.mark.parametrize(
    "options",
    [
        {"orders": ", max_age: 2d"},
        {"orders": ", max_age: 2d, but: [sat, sun], timezone: Europe/London"},
        {"shipments": "\n      max_age: 2d\n      but: [sun]"},
        {"stock": ", max_age: 24h, when_stale: zero"},
        {"stock": ", absent: zero, min_rows: 100"},
        {
            "stock": ', max_age: 24h, date_format: "%Y-%m-%d", timezone: UTC',
            "columns": ", as_of: d",
        },
        {"local": ", selling: {max_age: 24h, when_stale: zero, but: [sat]}"},
        {"ordoro": ", selling: {max_age: 24h, but: [sat]}, timezone: America/New_York"},
    ],
)
def test_options_that_are_possible(tmp_path: Path, options: dict[str, str]) -> None:
    assert checked(tmp_path, **options) == ""


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"orders": ", max_age: 24"}, 'line 4: accounts.shop.orders.max_age: "24" is not a durat'),
        ({"orders": ", max_age: 30m"}, "line 4: accounts.shop.orders.max_age: must be 1h to 365d"),
        (
            {"orders": ", max_age: 2d, but: [sat]"},
            "line 4: accounts.shop.orders.but: needs `timezone`, which says when a day begins",
        ),
        (
            {"orders": ", max_age: 2d, but: [saturday]"},
            'line 4: accounts.shop.orders.but[0]: "saturday" is not possible here; choose mon,',
        ),
        (
            {"orders": ", but: [sat], timezone: UTC"},
            "line 4: accounts.shop.orders.but: needs `max_age`, such as `max_age: 24h`",
        ),
        (
            {"orders": ", max_age: 2d, when_stale: zero"},
            "line 4: accounts.shop.orders.when_stale: unknown option here; only `stock:`",
        ),
        (
            {"cancellations": ", max_age: 2d"},
            "line 5: accounts.shop.cancellations.max_age: unknown option here; `orders:`, `prod",
        ),
        (
            {"stock": ", max_age: 2d, timezone: UTC, but: [mon, tue, wed, thu, fri, sat, sun]"},
            "line 9: accounts.depot.stock.but: must leave a day that counts",
        ),
        ({"stock": ", when_stale: zero"}, "line 9: accounts.depot.stock.when_stale: needs `max_a"),
        ({"stock": ", absent: zero"}, "line 9: accounts.depot.stock.absent: needs `min_rows`: "),
        ({"stock": ", min_rows: 5"}, "line 9: accounts.depot.stock.min_rows: is only for `absent"),
        (
            {"stock": ", absent: zero, min_rows: 0"},
            "line 9: accounts.depot.stock.min_rows: must be 1 or more",
        ),
        (
            {"stock": ', date_format: "%Y", timezone: UTC', "columns": ", as_of: d"},
            "line 9: accounts.depot.stock.date_format: ",
        ),
        (
            {"stock": ', date_format: "%Y-%m-%d", timezone: UTC', "columns": ", as_of: d"},
            "line 9: accounts.depot.stock.columns: as_of is only for `max_age`",
        ),
        (
            {"stock": ", max_age: 24h", "columns": ", as_of: d"},
            "line 9: accounts.depot.stock: as_of has a column, so date_format and timezone are",
        ),
        (
            {"depot": "selling: {max_age: 24h}"},
            "line 15: accounts.depot.selling.max_age: write `max_age` under `stock:` of this acc",
        ),
        (
            {"local": ", max_age: 24h"},
            "line 16: accounts.local.max_age: unknown option here; `orders:`, `products:`, `stoc",
        ),
        (
            {"local": ", selling: {when_stale: zero}"},
            "line 16: accounts.local.selling.when_stale: needs `max_age`",
        ),
        (
            {"ordoro": ", selling: {max_age: 24h, but: [sat]}"},
            "line 17: accounts.ordoro.selling.but: needs `timezone`",
        ),
        (
            {"ordoro": ", selling: {max_age: 24h, absent: zero}"},
            "line 17: accounts.ordoro.selling.absent: unknown option here; only `stock:` of a f",
        ),
    ],
)
def test_options_that_are_refused(tmp_path: Path, options: dict[str, str], problem: str) -> None:
    assert checked(tmp_path, **options).startswith(f"error: {problem}")


def test_config_show_has_the_options(tmp_path: Path) -> None:
    local = ", selling: {max_age: 24h, when_stale: zero, but: [sat]}"
    assert checked(tmp_path, local=local, stock=", max_age: 2d") == ""

    shown = json.loads(ordosync(tmp_path, "config", "show", "--json").out)["accounts"]

    selling = shown["local"]["selling"]
    assert (selling["max_age"], selling["when_stale"], selling["but"]) == ("1440m", "zero", ["sat"])
    assert shown["depot"]["stock"]["max_age"] == "2880m"
    assert "max_age" not in shown["shop"]["cancellations"]


def test_files_are_not_read_again_because_of_a_maximum_age(tmp_path: Path) -> None:
    """The fingerprint of the options is a part of each stored cursor and digest."""
    columns = {"order_number": "n", "sku": "s", "quantity": "q"}
    plain = OrderFiles(glob=tmp_path, columns=columns, timezone="UTC")
    limited = OrderFiles(
        glob=tmp_path, columns=columns, timezone="UTC", max_age=timedelta(days=1), but=("sat",)
    )

    assert limited.fingerprint == plain.fingerprint
