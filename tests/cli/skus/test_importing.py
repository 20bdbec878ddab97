"""`sku import`: the difference, the refused rows, and what stays."""

from pathlib import Path

import pytest

from tests.cli.skus.rows import HEADER, PORTAL, stored
from tests.support.command import Done, ordosync
from tests.tasks.portal import Pair


def imported(pair: Pair, text: str, *options: str) -> Done:
    (pair.folder / "new.csv").write_text(text)
    return ordosync(pair.folder, "sku", "import", PORTAL, "new.csv", *options)


def test_rows_are_added_and_changed_and_the_others_stay(pair: Pair, path: Path) -> None:
    done = imported(pair, "supplier_sku;units;merchant_sku\nNW-CUP;1;CUP\nNW-MUG;12;MUG-6\n")

    assert done.out == (
        "change\tmerchant_sku\tbefore\tafter\n"
        "added\tCUP\t\t1 x NW-CUP\nchanged\tMUG-6\t6 x NW-MUG\t12 x NW-MUG\n"
    )
    assert (done.code, done.err) == (0, "1 added, 1 changed\n")
    text = f"{HEADER}MUG,NW-MUG,1,blue\nMUG-6,NW-MUG,12,\nCUP,NW-CUP,1,\n"
    assert path.read_text() == text
    assert stored(pair) == [("CUP", "NW-CUP", 1), ("MUG", "NW-MUG", 1), ("MUG-6", "NW-MUG", 12)]


def test_with_replace_the_file_becomes_the_map(pair: Pair, path: Path) -> None:
    text = "units;merchant_sku;supplier_sku\r\n1;CUP;NW-CUP"

    done = imported(pair, text, "--replace", "--json")

    assert [(change["change"], change["merchant_sku"]) for change in done.json["changes"]] == [
        ("added", "CUP"),
        ("removed", "MUG"),
        ("removed", "MUG-6"),
    ]
    assert path.read_bytes() == text.encode()


def test_a_dry_run_shows_the_difference_and_writes_nothing(pair: Pair, path: Path) -> None:
    before = path.read_bytes()

    done = imported(pair, f"{HEADER}CUP,NW-CUP,1,\nPOT,,1,\n", "--dry-run")

    assert done.code == 1
    assert done.out.endswith("added\tCUP\t\t1 x NW-CUP\n")
    assert done.err == "would be 1 added\nrow 3 would be refused: supplier_sku is empty\n"
    assert path.read_bytes() == before
    assert sorted(file.name for file in pair.folder.glob("new*")) == ["new.csv"]


@pytest.mark.usefixtures("path")
def test_refused_rows_are_written_back_and_the_others_are_imported(pair: Pair) -> None:
    done = imported(
        pair,
        f"{HEADER}CUP,NW-CUP,1,\nPOT,NW-POT,six,\nSET,NW-A,1,\nSET,NW-B,1,\nJAR,NW-JAR,1,\n"
        "JAR,NW-JAR,2,\nMUG,NW-MUG,1,blue\nMUG,NW-MUG,1,\n",
    )

    assert done.code == 1
    rejects = (pair.folder / "new.refused.csv").read_text().splitlines()
    assert rejects == [
        "merchant_sku,supplier_sku,units,note,row,reason",
        'POT,NW-POT,six,,3,"units: ""six"" is not a whole number from 1 to 100,000"',
        'SET,NW-A,1,,4,"is in rows 4, 5 with different supplier_sku; kits are not supported"',
        'SET,NW-B,1,,5,"is in rows 4, 5 with different supplier_sku; kits are not supported"',
        'JAR,NW-JAR,1,,6,"is in rows 6, 7 with different units; keep one of them"',
        'JAR,NW-JAR,2,,7,"is in rows 6, 7 with different units; keep one of them"',
    ]
    assert stored(pair) == [("CUP", "NW-CUP", 1), ("MUG", "NW-MUG", 1), ("MUG-6", "NW-MUG", 6)]


def test_corrected_rows_are_imported_from_the_rejects(pair: Pair, path: Path) -> None:
    imported(pair, f"{HEADER}POT,NW-POT,six,a pot\n")
    rejects = pair.folder / "new.refused.csv"
    rejects.write_text(rejects.read_text().replace("six", "6"))

    done = ordosync(pair.folder, "sku", "import", PORTAL, rejects.name)

    assert done.code == 0
    assert path.read_text().endswith("\nPOT,NW-POT,6,a pot\n")


def test_with_replace_nothing_is_imported_if_a_row_is_refused(pair: Pair, path: Path) -> None:
    before = path.read_bytes()

    done = imported(pair, f"{HEADER}CUP,NW-CUP,1,\nPOT,,1,\n", "--replace")

    assert done.code == 1
    assert done.err.endswith("nothing was imported: with --replace, each row must be accepted\n")
    assert path.read_bytes() == before


@pytest.mark.parametrize("text", ["", "sku,quantity\nA,1\n"])
def test_a_file_without_the_columns_is_refused(pair: Pair, path: Path, text: str) -> None:
    before = path.read_bytes()

    done = imported(pair, text)

    assert done.code == 2
    assert "required: merchant_sku, supplier_sku, units" in done.err
    assert path.read_bytes() == before


def test_with_replace_a_map_that_is_not_valid_is_replaced(pair: Pair, path: Path) -> None:
    path.write_text(f"{HEADER}MUG,NW-MUG,six,\n")

    refused = imported(pair, f"{HEADER}MUG,NW-MUG,6,\n")
    done = imported(pair, f"{HEADER}MUG,NW-MUG,6,\n", "--replace")

    assert (refused.code, done.code) == (1, 0)
    assert path.read_text() == f"{HEADER}MUG,NW-MUG,6,\n"
