"""Fixtures: each test gets its own portal."""

from pathlib import Path

import pytest

from tests.tasks.portal import Pair


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    return Pair(tmp_path)
