"""Rows that a newer file of a Merchant lacks after their order was sent; E25: lifecycle.md 1.6."""

from pathlib import Path

import pytest

from tests.support.command import HEADER, ordosync, row, shop

CUP = row("1001", name="Cup").replace("MUG", "CUP")


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    """A feed of two orders that were sent; the first one has two lines."""
    shop(tmp_path, HEADER + row("1001", quantity="2") + CUP + row("1002"))
    assert ordosync(tmp_path, "import-orders").code == 0
    return tmp_path


def attention(folder: Path, feed: str) -> list[tuple[str, str]]:
    """Drop a newer feed and import it; return order and reason of what needs the operator."""
    shop(folder, feed)
    ordosync(folder, "import-orders")
    entries = ordosync(folder, "attention", "--json").json["attention"]
    return [(entry["merchant"], entry["reason"]) for entry in entries]


def test_e25_order_that_a_newer_file_lacks_is_as_it_was_sent(folder: Path) -> None:
    assert attention(folder, HEADER + row("1002")) == []


def test_e25_line_that_a_newer_file_lacks_was_removed(folder: Path) -> None:
    [(order, reason)] = attention(folder, HEADER + row("1001", quantity="2") + row("1002"))

    assert order == "1001"
    assert "(lines): lines are missing" in reason
