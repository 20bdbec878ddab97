"""Fixtures: each test gets its own portal with a SKU map."""

from pathlib import Path

import pytest

from tests.tasks.sku_maps.mapped import MappedPair


@pytest.fixture
def pair(tmp_path: Path) -> MappedPair:
    return MappedPair(tmp_path)
