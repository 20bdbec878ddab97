"""What tests of the desk begin with."""

from pathlib import Path

import pytest

from tests.desk import TwoAccounts


@pytest.fixture(name="both")
def _both(tmp_path: Path) -> TwoAccounts:
    """Return two accounts, with an order of two lines that was imported."""
    both = TwoAccounts(tmp_path)
    lines = ("--line", "MUG=2@4.50", "--line", "CUP=1@3")
    words = (*lines, "--supplier", "northwind", "--currency", "EUR")
    assert both.shop("orders", "add", "1001", *words).code == 0
    assert both.run("import-orders").code == 0
    return both
