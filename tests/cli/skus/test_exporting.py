"""`sku export`: the bytes of the map, also if the map itself is lost."""

from pathlib import Path

import pytest

from tests.cli.skus.rows import HEADER, PORTAL
from tests.support.command import ordosync
from tests.tasks.portal import Pair

ODD = '\ufeffUnits;Note;merchant_sku;supplier_sku;\r\n 6 ;"a\nb";MUG;NW-MUG;\r\n\r\n1;;CUP;CUP;'


def test_export_then_import_leaves_the_bytes_equal(pair: Pair, path: Path) -> None:
    path.write_bytes(ODD.encode())
    copy = pair.folder / "copy.csv"

    exported = ordosync(pair.folder, "sku", "export", PORTAL, "copy.csv", "--json")
    imported = ordosync(pair.folder, "sku", "import", PORTAL, "copy.csv")

    assert exported.json == {"portal": PORTAL, "file": "copy.csv", "rows": 2}
    assert imported.err == f"no row differs: {path} has these rows already\n"
    assert copy.read_bytes() == path.read_bytes() == ODD.encode()


def test_import_of_an_export_makes_a_lost_map_again_with_the_same_bytes(
    pair: Pair, path: Path
) -> None:
    path.write_bytes(ODD.encode())
    ordosync(pair.folder, "sku", "export", PORTAL, "copy.csv")
    path.unlink()

    ordosync(pair.folder, "sku", "import", PORTAL, "copy.csv")

    assert path.read_bytes() == ODD.encode()


@pytest.mark.parametrize("content", [None, "", HEADER])
def test_m11_a_map_that_was_emptied_is_restored_from_the_rows_of_the_last_run(
    pair: Pair, path: Path, content: str | None
) -> None:
    pair.run("import-orders")
    path.unlink() if content is None else path.write_text(content)

    done = ordosync(pair.folder, "sku", "export", PORTAL, "copy.csv")

    assert done.err.endswith(
        "; the rows that the last run used are written instead\nwrote 2 rows to copy.csv\n"
    )
    copy = pair.folder / "copy.csv"
    assert copy.read_text() == f"{HEADER}MUG,NW-MUG,1,\nMUG-6,NW-MUG,6,\n"
    assert ordosync(pair.folder, "sku", "import", PORTAL, "copy.csv").code == 0
    assert pair.run("import-orders").run.status == "ok"


def test_a_missing_map_that_no_run_has_used_is_an_error(pair: Pair) -> None:
    done = ordosync(pair.folder, "sku", "export", PORTAL, "copy.csv")

    assert done.code == 1
    assert done.err.endswith("no run has used the map yet, so it cannot be restored\n")


def test_an_existing_file_is_replaced_only_with_force(pair: Pair, path: Path) -> None:
    copy = pair.folder / "copy.csv"
    copy.write_text("mine")

    refused = ordosync(pair.folder, "sku", "export", PORTAL, "copy.csv")
    done = ordosync(pair.folder, "sku", "export", PORTAL, "copy.csv", "--force")

    assert (refused.code, done.code) == (2, 0)
    assert copy.read_bytes() == path.read_bytes()
