"""Lines that no Supplier sends: ignored SKUs, for every kind; other lines by the contract tests."""

import pytest

from ordosync.models import ParcelLine, Product
from tests.tasks.portal import (
    CONFIG,
    Pair,
    line,
    quantities,
    succeeded,
)

IMPORT = "import-orders"


def _ignore(pair: Pair, *skus: str) -> None:
    """Ignore these SKUs in the portal."""
    option = f"    ignore_skus: [{', '.join(skus)}]\n"
    managed = "    manage_inventory: true\n"
    pair.path.write_text(CONFIG.replace(managed, f"{managed}{option}", 1))


@pytest.fixture
def ignoring(pair: Pair) -> Pair:
    _ignore(pair, "POST", "WRAP-*")
    return pair


def test_p18_ignored_lines_stay_out_and_are_counted(ignoring: Pair) -> None:
    ignoring.request("1001", line("MUG", 2), line("POST"), line("WRAP-RED"))

    ran = ignoring.run(IMPORT)

    assert quantities(ignoring.supplied("1001")) == [("MUG", 2)]
    assert ran.run.note == "2 lines left out by `ignore_skus`: POST, WRAP-RED"
    assert ran.step.reason == "without POST, WRAP-RED (in `ignore_skus`)"


def test_dry_run_shows_the_lines_that_stay_out(ignoring: Pair) -> None:
    ignoring.request("1001", line("MUG"), line("POST"))

    [planned] = ignoring.would(IMPORT)

    assert planned.summary.endswith("; without POST (in `ignore_skus`)")


def test_p18_order_with_only_such_lines_is_skipped(ignoring: Pair) -> None:
    ignoring.request("1001", line("POST"))

    ran = ignoring.run(IMPORT)

    assert (ran.step.state, ran.step.code) == ("skipped", "nothing-to-ship")
    assert ran.step.reason == "has only POST (in `ignore_skus`)"
    assert ran.run.note == "1 order skipped, with nothing to ship"


def test_p18_order_is_shipped_once_all_goods_are_sent(ignoring: Pair) -> None:
    ignoring.imported("1001", line("MUG", 2), line("POST"))
    ignoring.send("1001")

    ignoring.run("update-tracking")

    assert ignoring.merchant("1001").status == "shipped"


def test_p18_order_in_two_parcels_is_shipped_with_the_last_one(ignoring: Pair) -> None:
    supplied = ignoring.imported("1001", line("MUG", 2), line("POST"))
    [mug] = supplied.lines
    statuses = []
    for number in ("1Z1", "1Z2"):
        ignoring.send("1001", number, lines=(ParcelLine(line_id=mug.id, quantity=1),))
        ignoring.run("update-tracking")
        statuses.append(ignoring.merchant("1001").status)

    assert statuses == ["partially_shipped", "shipped"]
    assert [number for number, _ in ignoring.tracking("1001")] == ["1Z1", "1Z2"]


def test_line_that_stays_out_is_no_edit(ignoring: Pair) -> None:
    ignoring.imported("1001", line("MUG"), line("POST"))
    ignoring.sql("shop", "update order_lines set quantity = 3 where sku = 'POST'")
    _touch(ignoring, "1001")

    raised = ignoring.run(IMPORT)
    ignoring.sql("shop", "delete from order_lines where sku = 'POST'")
    _touch(ignoring, "1001")
    removed = ignoring.run(IMPORT)

    assert (raised.counts, removed.counts) == ({"unchanged": 1}, {"unchanged": 1})


def test_order_that_was_sent_before_the_rule_has_no_edit_and_keeps_its_line(pair: Pair) -> None:
    pair.imported("1001", line("MUG"), line("POST"))
    _ignore(pair, "POST")
    _touch(pair, "1001")

    ran = pair.run(IMPORT)
    pair.send("1001")
    pair.run("update-tracking")

    assert ran.counts == {"unchanged": 1}
    assert pair.merchant("1001").status == "shipped"


def test_ignored_product_is_not_imported(ignoring: Pair) -> None:
    for sku in ("MUG", "POST"):
        succeeded(ignoring.shop.add_product(Product(id="", sku=sku, name=sku)))

    ran = ignoring.run("import-products")

    assert [step.key for step in ran.steps] == ["MUG"]


def test_supplier_splits_an_order_with_an_ignored_line(ignoring: Pair) -> None:
    ignoring.imported("1001", line("MUG"), line("CUP"), line("POST"))
    first, second = ignoring.split("1001", (1, 0), (0, 1))

    ran = ignoring.run("split-order")
    for number, tracking in ((first, "1Z1"), (second, "1Z2")):
        ignoring.send(number, tracking)
    ignoring.run("update-tracking")

    assert ran.counts == {"done": 1}
    pieces = [ignoring.merchant(f"1001-{place}") for place in (1, 2)]
    assert [quantities(piece) for piece in pieces] == [[("MUG", 1), ("POST", 1)], [("CUP", 1)]]
    assert [piece.status for piece in pieces] == ["shipped", "shipped"]


def _touch(pair: Pair, number: str) -> None:
    """Let the Merchant's order be read again."""
    pair.sql(
        "shop",
        "insert into changes (kind, object_id, what) values ('order', "  # noqa: S608
        f"'{number}', 'edited')",
    )
