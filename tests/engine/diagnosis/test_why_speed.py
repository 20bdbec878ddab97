"""`why` uses indexes, so that it takes the same time for a hundred thousand orders as for a few."""

import re
import time
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from ordosync import database
from ordosync.database import sqlite3
from tests.support.desk import SHIP, TwoAccounts
from tests.support.stories import edit

_BIG = ("orders", "order_lines", "timeline", "changes", "shipments", "steps", "links", "runs")
MANY = 100_000


def read_whole(both: TwoAccounts, *words: str) -> list[str]:
    """Run a command and return its queries that read a big table from end to end."""
    asked: list[tuple[Any, str]] = []
    connect = database.connect

    def watched(path: Path, **options: Any) -> sqlite3.Connection:
        connection = connect(path, **options)
        connection.set_trace_callback(lambda text: asked.append((path, text)))
        return connection

    with patch.object(database, "connect", watched):
        both.run(*words)
    assert len(asked) > 5
    scans = []
    for path, text in dict.fromkeys(asked):
        if not text.lstrip().lower().startswith(("select", "with")):
            continue
        with sqlite3.connect(path) as db:
            plan = [row[-1] for row in db.execute(f"explain query plan {text}")]
        scans += [text for step in plan if re.match(rf"SCAN ({'|'.join(_BIG)}|this)\b", step)]
    return scans


@pytest.mark.parametrize("word", ["1001", "S-1001", "S-1001-1", "1002", "W-7"])
def test_an_order_is_reported_without_a_full_table_scan(both: TwoAccounts, word: str) -> None:
    both.northwind("orders", "split", "S-1001", "--piece", "MUG=2", "--piece", "CUP=1")
    both.northwind("orders", "ship", "S-1001-1", *SHIP[3:])
    both.shop("orders", "add", "1002", "--line", "MUG=1", "--supplier", "northwind")
    both.northwind("orders", "add", "W-7", "--line", "MUG=1")

    assert read_whole(both, "why", word) == []


@pytest.mark.slow
def test_why_answers_within_a_second_among_a_hundred_thousand_orders(both: TwoAccounts) -> None:
    both.northwind(*SHIP)
    for table, number in _OF_ACCOUNTS.items():
        multiply(both.folder, "shop.db", table, f"{number} like '1001%'")
        multiply(both.folder, "northwind.db", table, f"{number} like 'S-1001%'")
    for table in ("steps", "links"):
        multiply(both.folder, "ordosync.db", table, "merchant_id is not null")

    for word, state in (("2050000", "shipped"), ("S-2099999", "shipped"), ("300", None)):
        began = time.monotonic()
        result = both.run("why", word, "--json")
        took_s = time.monotonic() - began

        assert took_s < 1, f"{took_s:.1f} s for {word}"
        assert (result.json["why"][0]["state"] if result.out else None) == state


def multiply(folder: Path, file: str, table: str, where: str) -> None:
    """Copy the rows of order 1001 for orders 2000001 and so on."""
    with sqlite3.connect(folder / file) as db:
        info = db.execute(f"pragma table_info({table})").fetchall()
    numbered = ("sequence", "id") if table in ("orders", "changes", "timeline") else ("sequence",)
    if table == "steps":
        numbered = ("id",)
    columns = [name for _, name, *_ in info if name not in numbered]
    values = [
        f"replace({name}, '1001', '2' || substr('000000' || i, -6))" if name in _NUMBERED else name
        for name in columns
    ]
    edit(
        folder,
        file,
        f"with recursive n (i) as (select 1 union all select i + 1 from n where i < {MANY})"  # noqa: S608 - a test's
        f" insert into {table} ({', '.join(columns)}) select {', '.join(values)} from {table}, n"
        f" where {where}",
    )


_OF_ACCOUNTS = {
    "orders": "number",
    "assignments": "order_number",
    "order_lines": "order_number",
    "timeline": "order_number",
    "shipments": "order_number",
    "shipment_lines": "shipment_id",
    "changes": "object_id",
}
_NUMBERED = (
    "number",
    "id",
    "order_number",
    "reference",
    "object_id",
    "told_as",
    "key",
    "merchant_id",
    "supplier_id",
    "order_id",
    "units",
    "shipment_id",
    "line_id",
)
