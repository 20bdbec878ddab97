"""`sku set` and `sku remove`."""

from pathlib import Path

import pytest

from tests.cli.skus.rows import HEADER, PORTAL, stored
from tests.support.command import ordosync
from tests.tasks.portal import Pair


def test_first_row_creates_the_map(pair: Pair) -> None:
    done = ordosync(pair.folder, "sku", "set", PORTAL, "MUG 6", "NW-MUG", "--units", "6")

    assert (done.code, done.out, done.err) == (0, "", "MUG 6: not mapped -> 6 x NW-MUG\n")
    assert (pair.folder / "maps" / "shop.csv").read_text() == f"{HEADER}MUG 6,NW-MUG,6,\n"
    assert stored(pair) == [("MUG 6", "NW-MUG", 6)]


def test_a_row_is_changed_in_its_place_and_keeps_its_units_and_its_note(
    pair: Pair, path: Path
) -> None:
    done = ordosync(pair.folder, "sku", "set", PORTAL, "MUG-6", "NW-BOX")
    again = ordosync(pair.folder, "sku", "set", PORTAL, "MUG-6", "NW-BOX", "--units", "6")

    assert done.err == "MUG-6: 6 x NW-MUG -> 6 x NW-BOX\n"
    assert again.err == f"MUG-6 is mapped so: {path} was not changed\n"
    assert path.read_text() == f"{HEADER}MUG,NW-MUG,1,blue\nMUG-6,NW-BOX,6,\n"


def test_a_row_is_removed(pair: Pair, path: Path) -> None:
    done = ordosync(pair.folder, "sku", "remove", PORTAL, "MUG", "--json")
    again = ordosync(pair.folder, "sku", "remove", PORTAL, "MUG")

    assert done.json == {
        "portal": PORTAL,
        "file": str(path),
        "dry_run": False,
        "changes": [
            {
                "change": "removed",
                "merchant_sku": "MUG",
                "before": {"supplier_sku": "NW-MUG", "units": 1},
                "after": None,
            }
        ],
        "refused": [],
    }
    assert (again.code, again.err) == (1, f"MUG is not in the map: {path} was not changed\n")
    assert path.read_text() == f"{HEADER}MUG-6,NW-MUG,6,\n"


def test_m11_the_last_row_can_be_removed_and_the_next_run_works(pair: Pair, path: Path) -> None:
    path.write_text(f"{HEADER}MUG,NW-MUG,1,\n")
    pair.run("import-orders")

    ordosync(pair.folder, "sku", "remove", PORTAL, "MUG")

    assert pair.run("import-orders").run.status == "ok"
    assert stored(pair) == []


def test_a_map_that_is_a_link_stays_one(pair: Pair, path: Path) -> None:
    target = pair.folder / "shared.csv"
    path.rename(target)
    path.symlink_to(target)

    ordosync(pair.folder, "sku", "remove", PORTAL, "MUG")

    assert path.is_symlink()
    assert target.read_text() == f"{HEADER}MUG-6,NW-MUG,6,\n"


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("outlet-northwind", "A", "B"), 2, "portal outlet-northwind has no SKU map; add"),
        (("nowhere", "A", "B"), 2, "there is no portal 'nowhere'"),
        ((PORTAL, " ", "B"), 2, "MERCHANT_SKU is empty"),
        ((PORTAL, "A", "1.2E+12"), 2, 'SUPPLIER_SKU: "1.2E+12" is a number that a spreadsheet'),
        ((PORTAL, "A", "B", "--units", "0"), 2, "invalid value for '--units'"),
        ((PORTAL, "A", "B", "--units", "100001"), 2, "invalid value for '--units'"),
    ],
)
def test_m5_what_cannot_be_a_row_is_refused_in_one_line(
    pair: Pair, path: Path, words: tuple[str, ...], code: int, message: str
) -> None:
    before = path.read_bytes()

    done = ordosync(pair.folder, "sku", "set", *words)

    assert done.code == code
    assert message in done.err
    assert path.read_bytes() == before


def test_a_map_that_is_not_valid_is_not_changed(pair: Pair, path: Path) -> None:
    path.write_text(f"{HEADER}MUG,NW-MUG,six,\n")

    done = ordosync(pair.folder, "sku", "set", PORTAL, "CUP", "NW-CUP")

    assert done.code == 1
    assert done.err.startswith(f"error: {path}: row 2 (MUG): units: ")
    assert path.read_text() == f"{HEADER}MUG,NW-MUG,six,\n"
