"""The SKU map of a portal is read before a run, if its file has changed."""

import os
from pathlib import Path

import pytest

from ordosync.config import load_config
from ordosync.engine import register
from ordosync.errors import LeaseLostError
from ordosync.store import Store
from tests.support.command import ordosync
from tests.support.kills import paused_at
from tests.tasks.portal import CONFIG, Pair

HEADER = "merchant_sku,supplier_sku,units\n"
PORTAL = "shop-northwind"


@pytest.fixture(name="pair")
def _pair(tmp_path: Path) -> Pair:
    (tmp_path / "map.csv").write_text(f"{HEADER}MUG,NW-MUG,1\n")
    return Pair(tmp_path, CONFIG.replace("true\n", "true\n    sku_map: map.csv\n", 1))


def mapped(pair: Pair, portal: str = PORTAL) -> list[tuple[str, str, int]]:
    with Store.open(load_config(pair.path).database) as store:
        rows = store.sku_map(portal).all()
        return [(row.merchant_sku, row.supplier_sku, row.pack) for row in rows]


def write(pair: Pair, text: str) -> None:
    (pair.folder / "map.csv").write_text(text)


def test_a_changed_file_is_read_before_the_next_run(pair: Pair) -> None:
    pair.run("import-orders")
    before = mapped(pair)
    write(pair, f"{HEADER}MUG,NW-MUG,6\nCUP,NW-CUP,1\n")

    pair.run("import-products")

    assert before == [("MUG", "NW-MUG", 1)]
    assert mapped(pair) == [("CUP", "NW-CUP", 1), ("MUG", "NW-MUG", 6)]


def test_an_unchanged_file_is_not_read_again(pair: Pair) -> None:
    pair.run("import-orders")
    pair.of_store("update sku_map set pack = 99")

    # A copy with a new time has the same digest.
    os.utime(pair.folder / "map.csv", (1, 1))
    pair.run("import-orders")

    assert mapped(pair) == [("MUG", "NW-MUG", 99)]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "No such file or directory"),
        ("", "is empty"),
        (HEADER, "has no row any more"),
        (f"{HEADER}MUG,NW-MUG,six\nCUP,,1\n", 'row 2 (MUG): units: "six" is not'),
    ],
)
def test_m11_a_map_that_cannot_be_used_fails_the_run_before_anything_is_read(
    pair: Pair, text: str | None, why: str
) -> None:
    pair.run("import-orders")
    pair.request("1001")
    before = pair.everything()
    path = pair.folder / "map.csv"
    path.unlink() if text is None else write(pair, text)

    ran = pair.run("import-orders", may_fail=True)

    assert ran.run.error is not None
    assert (ran.run.error.code, ran.run.counts.seen) == ("sku-map", 0)
    message = ran.run.error.message
    assert message.startswith(f"portal {PORTAL}: read its SKU map: {path}: {why}")
    assert message.endswith("; nothing is read or written without it: `ordosync config check`")
    assert "\n" not in message
    assert (mapped(pair), pair.everything()) == ([("MUG", "NW-MUG", 1)], before)


def test_m11_a_map_that_was_always_empty_maps_nothing(pair: Pair) -> None:
    write(pair, HEADER)

    assert pair.run("import-orders").run.status == "ok"


def test_a_portal_without_a_map_reads_none(pair: Pair) -> None:
    pair.run("import-orders", "outlet-northwind")

    assert mapped(pair, "outlet-northwind") == []


def test_a_run_that_was_taken_over_stores_no_map(pair: Pair) -> None:
    pair.run("import-orders")
    write(pair, f"{HEADER}MUG,NW-MUG,6\n")

    def take_over() -> None:
        pair.of_store("update leases set fence = fence + 1")

    with paused_at("claim-after-commit", 1, take_over), pytest.raises(LeaseLostError):
        pair.run("import-orders")

    assert mapped(pair) == [("MUG", "NW-MUG", 1)]


def test_a_dry_run_uses_the_changed_file_and_leaves_the_stored_rows(pair: Pair) -> None:
    pair.run("import-orders")
    write(pair, f"{HEADER}MUG,NW-MUG,6\n")

    pair.would("import-orders")

    assert mapped(pair) == [("MUG", "NW-MUG", 1)]


def test_a_map_stays_when_its_portal_is_renamed(pair: Pair) -> None:
    pair.run("import-orders")
    text = pair.path.read_text()
    pair.path.write_text(text.replace("  shop-northwind:\n", "  new:\n    was: shop-northwind\n"))
    write(pair, HEADER)

    ran = pair.run("import-orders", "new", may_fail=True)

    # An empty file is not believed: the rows of the old name are known.
    assert ran.run.error is not None
    assert ran.run.error.code == "sku-map"
    assert mapped(pair, "new") == [("MUG", "NW-MUG", 1)]


def test_c7_two_portals_may_have_one_file_or_different_ones(pair: Pair) -> None:
    text = pair.path.read_text()
    pair.path.write_text(f"{text.rstrip()}\n    sku_map: map.csv\n")

    pair.run("import-orders")
    pair.run("import-orders", "outlet-northwind")

    assert mapped(pair) == mapped(pair, "outlet-northwind") == [("MUG", "NW-MUG", 1)]


def test_config_check_names_the_rows_that_cannot_be_used_and_warns_of_repeated_ones(
    pair: Pair,
) -> None:
    path = pair.folder / "map.csv"
    write(pair, f"{HEADER}SET,NW-A,1\nSET,NW-B,1\nMUG,NW-MUG,six\n")
    wrong = ordosync(pair.folder, "config", "check")
    write(pair, f"{HEADER}MUG,NW-MUG,6\nMUG,NW-MUG,6\n")

    repeated = ordosync(pair.folder, "config", "check")

    place = f"portals.{PORTAL}.sku_map: {path}"
    assert wrong.code == 3
    assert wrong.err.splitlines() == [
        (
            f"error: line 11: {place}: row 3 (SET): is also in row 2, with supplier_sku NW-A; kits"
            " are not supported: keep only one row"
        ),
        (
            f'error: line 11: {place}: row 4 (MUG): units: "six" is not a whole number from 1 to'
            " 100,000"
        ),
    ]
    assert repeated.code == 0
    assert f"warning: {place}: row 3 repeats row 2" in repeated.out


def test_config_check_names_the_problems_of_files_together_with_those_of_the_options(
    pair: Pair,
) -> None:
    wrong = "supplier: north\n    sku_map: none.csv\n    stock: {skus: rules.csv, share: x}\n"
    text = pair.path.read_text().replace("supplier: northwind\n", wrong, 1)
    pair.path.write_text(text.replace("    sku_map: map.csv\n", ""))

    checked = ordosync(pair.folder, "config", "check")

    assert checked.code == 3
    assert [line.split(": ")[1:3] for line in checked.err.splitlines()] == [
        ["line 9", f"portals.{PORTAL}.supplier"],
        ["line 10", f"portals.{PORTAL}.sku_map"],
        ["line 11", f"portals.{PORTAL}.stock.share"],
        ["line 11", f"portals.{PORTAL}.stock.skus"],
    ]
    assert checked.err.count("No such file or directory; correct the path or the file") == 2


@pytest.mark.of_files
def test_a_backup_lists_the_map_and_the_rules_as_files_to_keep(pair: Pair) -> None:
    pair.run("import-orders")

    backup = ordosync(pair.folder, "backup", "copy.db", "--json").json["backups"][0]

    assert str(pair.folder / "map.csv") in backup["not_included"]


@pytest.mark.parametrize("option", ["sku_map: map.csv", "stock: {skus: map.csv}"])
def test_a_change_of_a_file_of_the_configuration_counts_as_one_of_the_configuration(
    tmp_path: Path, option: str
) -> None:
    pair = Pair(tmp_path, CONFIG.replace("true\n", f"true\n    {option}\n", 1))
    config = load_config(pair.path)

    digests = []
    with Store.open(config.database) as store:
        for text in ("old", "old", "new"):
            (tmp_path / "map.csv").write_text(text)
            register(config, store, pair.clock)
            digests.append(store.tables_digest)

    first, same, changed = digests
    assert first == same != changed
    assert first
