"""SKUs that look like a date: their orders are sent, with a remark if no account has the SKU."""

from pathlib import Path

import pytest

from tests.accounts.files.order_feeds import Feeds

HEADER = "No,SKU,Qty,To\n"


@pytest.fixture(name="feeds")
def _feeds(tmp_path: Path) -> Feeds:
    feeds = Feeds(tmp_path)
    feeds.configure()
    return feeds


def test_order_with_a_date_as_a_sku_is_sent_with_a_remark(feeds: Feeds) -> None:
    feeds.drop("a.csv", HEADER + "1,2-Mar,1,Ada\n1,MUG,1,Ada\n2,MAR-2,1,Bob\n")

    preview = feeds.run("import-orders", "--dry-run")
    result = feeds.run()
    again = feeds.run()

    assert (result.code, result.counts) == (0, {"seen": 2, "done": 2})
    assert feeds.sent("1") == {"2-Mar": 1, "MUG": 1}
    steps = feeds.steps()
    assert steps["1#1"]["reason"].startswith("SKU '2-Mar': a date that a spreadsheet may have made")
    assert steps["2#1"]["reason"] is None
    assert again.counts == {"seen": 0}
    assert preview.code == 0


@pytest.mark.parametrize("sku", ["2-Mar", "Mar 02", "3/4/2026", "1. Mai 26"])
def test_sku_that_the_supplier_has_is_no_remark(feeds: Feeds, sku: str) -> None:
    feeds.run("products", "add", sku, "--account", "depot", "--name", "A mug")
    feeds.drop("a.csv", HEADER + f"1,{sku},1,Ada\n")

    feeds.run()

    assert feeds.steps()["1#1"]["reason"] is None
    assert feeds.sent("1") == {sku: 1}


def test_line_that_is_left_out_is_no_remark(feeds: Feeds) -> None:
    feeds.configure('skip: [{column: Qty, matches: "^5$", rows: true}]')
    feeds.drop("a.csv", HEADER + "1,2-Mar,5,Ada\n1,MUG,1,Ada\n")

    feeds.run()

    assert feeds.steps()["1#1"]["reason"] is None
