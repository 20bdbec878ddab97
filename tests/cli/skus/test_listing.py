"""`sku list`: rows, what is sold, and what has changed."""

from pathlib import Path

import pytest

from ordosync.models import Product
from tests.cli.skus.rows import HEADER, PORTAL
from tests.support.command import ordosync
from tests.tasks.portal import SUPPLIER, Pair, succeeded


def sell(pair: Pair, *skus: str) -> None:
    for sku in skus:
        product = Product(id="", sku=sku, name=f"A {sku}")
        succeeded(pair.shop.add_product(product, supplier=SUPPLIER))


def stock(pair: Pair, *skus: str) -> None:
    for sku in skus:
        succeeded(pair.northwind.add_product(Product(id="", sku=sku, name=f"A {sku}")))


@pytest.mark.usefixtures("path")
def test_the_rows_of_all_maps_are_listed(pair: Pair) -> None:
    done = ordosync(pair.folder, "sku", "list")

    assert done.out == (
        "portal\tmerchant_sku\tunits\tsupplier_sku\n"
        f"{PORTAL}\tMUG\t1\tNW-MUG\n{PORTAL}\tMUG-6\t6\tNW-MUG\n"
    )
    rows = ordosync(pair.folder, "sku", "list", PORTAL, "--csv").out.splitlines()
    assert rows[1].startswith(f"{PORTAL},MUG,NW-MUG,1,")


@pytest.mark.usefixtures("path")
def test_m3_what_is_sold_and_not_mapped_is_listed_with_similar_skus(pair: Pair) -> None:
    sell(pair, "MUG", "MUG-6", "mug-blue", "CUP", "POT")
    stock(pair, "NW-MUG", "MUG-BLUE", "Mug-Blue", "CUP")

    done = ordosync(pair.folder, "sku", "list", "--unmapped")

    assert done.out == (
        "portal\tmerchant_sku\tname\tat the supplier\n"
        f"{PORTAL}\tCUP\tA CUP\tthe same SKU\n"
        f"{PORTAL}\tPOT\tA POT\tunknown\n"
        f"{PORTAL}\tmug-blue\tA mug-blue\tonly nearly: MUG-BLUE, Mug-Blue\n"
    )
    command = f"`ordosync sku set {PORTAL} mug-blue MUG-BLUE`"
    assert done.err == f"to map the first similar one: {command}\n"


@pytest.mark.usefixtures("path")
def test_m3_a_row_whose_sku_the_supplier_has_only_nearly_is_ambiguous(pair: Pair) -> None:
    sell(pair, "MUG", "MUG-6", "CUP")
    stock(pair, "nw-mug", "CUP")

    [first, second] = ordosync(pair.folder, "sku", "list", "--ambiguous", "--json").json["skus"]

    assert [row["merchant_sku"] for row in (first, second)] == ["MUG", "MUG-6"]
    assert (first["supplier_sku"], first["known"], first["similar"]) == (
        "NW-MUG",
        False,
        ["nw-mug"],
    )


def test_rows_that_changed_since_the_last_run_are_listed(pair: Pair, path: Path) -> None:
    pair.run("import-orders")
    none = ordosync(pair.folder, "sku", "list", "--changed")
    path.write_text(f"{HEADER}MUG,NW-MUG,6,blue\nCUP,CUP,1,\n")

    done = ordosync(pair.folder, "sku", "list", "--changed")

    assert (none.out, none.err) == ("", "no row has changed since the last run\n")
    assert done.out == (
        "portal\tchange\tmerchant_sku\tbefore\tafter\n"
        f"{PORTAL}\tadded\tCUP\t\t1 x CUP\n"
        f"{PORTAL}\tchanged\tMUG\t1 x NW-MUG\t6 x NW-MUG\n"
        f"{PORTAL}\tremoved\tMUG-6\t6 x NW-MUG\t\n"
    )


def test_without_a_map_the_option_is_named(pair: Pair) -> None:
    done = ordosync(pair.folder, "sku", "list", "outlet-northwind")

    assert done.code == 2
    assert "add `sku_map: maps/outlet-northwind.csv` to it in " in done.err
