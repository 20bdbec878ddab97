"""A portal with a SKU map, and another one without."""

from pathlib import Path

import pytest

from tests.cli.skus.rows import HEADER
from tests.tasks.portal import CONFIG, Pair


@pytest.fixture(name="pair")
def _pair(tmp_path: Path) -> Pair:
    return Pair(tmp_path, CONFIG.replace("true\n", "true\n    sku_map: maps/shop.csv\n", 1))


@pytest.fixture(name="path")
def _path(pair: Pair) -> Path:
    path = pair.folder / "maps" / "shop.csv"
    path.parent.mkdir()
    path.write_text(f"{HEADER}MUG,NW-MUG,1,blue\nMUG-6,NW-MUG,6,\n")
    return path
