"""Exports whose further rows leave the fields of the order blank, and pages that cut an order."""

from pathlib import Path

import pytest

from tests.accounts.files.order_feeds import Feeds

HEADER = "No,Mail,Paid,SKU,Qty,To,Zip,Note\n"
COLUMNS = (
    "columns: {order_number: No, sku: SKU, quantity: Qty, ship_to.name: To, ship_to.zip: Zip,"
    " ship_to.email: Mail, customer_notes: Note}"
)
PAID = "statuses: [{column: Paid, travels: [paid], skipped: [refunded], held: [pending]}]"
REPEATS = "blank_repeats: true"
ADA = "a@example.com,paid"


def first(number: str, sku: str, *, mail: str = ADA, to: str = "Ada,07001,") -> str:
    return f"{number},{mail},{sku},1,{to}\n"


def below(sku: str, *, number: str = "", mail: str = ",") -> str:
    """Return a further row; by default, all fields of its order are blank."""
    return f"{number},{mail},{sku},1,,,\n"


@pytest.fixture(name="feeds")
def _feeds(tmp_path: Path) -> Feeds:
    feeds = Feeds(tmp_path)
    feeds.configure(REPEATS, columns=COLUMNS)
    return feeds


def test_row_without_a_number_belongs_to_the_order_above(feeds: Feeds) -> None:
    feeds.drop(
        "a.csv",
        HEADER + first("1", "MUG") + below("CUP") + below("BOX") + first("2", "MUG") + below("CUP"),
    )

    result = feeds.run()

    assert (result.code, result.counts) == (0, {"seen": 2, "done": 2})
    assert feeds.sent("1") == {"MUG": 1, "CUP": 1, "BOX": 1}
    assert feeds.sent("2") == {"MUG": 1, "CUP": 1}


def test_reason_names_the_option_that_reads_such_rows(feeds: Feeds) -> None:
    feeds.configure(columns=COLUMNS)
    feeds.drop("a.csv", HEADER + first("1", "MUG") + below("CUP"))

    feeds.run()

    assert feeds.steps()["1#1"]["reason"] == (
        "feeds/a.csv row 3: the order number is blank; it may be a line of order 1: then set"
        " `blank_repeats: true`"
    )


def test_total_at_the_end_is_no_line_of_the_last_order(feeds: Feeds) -> None:
    feeds.drop("a.csv", HEADER + first("1", "MUG") + below("CUP") + ",,,,2,Total,,\n")

    result = feeds.run()

    assert result.counts == {"seen": 2, "done": 1, "failed": 1}
    assert feeds.sent("1") == {"MUG": 1, "CUP": 1}
    assert "row 4: the order number is blank" in feeds.attention()[0]


def test_row_without_a_sku_in_between_refuses_its_order(feeds: Feeds) -> None:
    feeds.drop("a.csv", HEADER + first("1", "MUG") + below("") + first("2", "MUG"))

    assert feeds.run().counts == {"seen": 2, "done": 1, "failed": 1}
    assert feeds.steps()["1#1"]["reason"] == "feeds/a.csv row 3: the SKU is blank"


def test_row_without_a_sku_at_the_end_refuses_its_order(feeds: Feeds) -> None:
    feeds.drop("a.csv", HEADER + first("1", "MUG") + below(""))

    assert feeds.run().counts == {"seen": 1, "failed": 1}
    assert feeds.steps()["1#1"]["reason"] == "feeds/a.csv row 3: the SKU is blank"


def test_another_text_in_a_further_row_is_a_conflict(feeds: Feeds) -> None:
    feeds.drop("a.csv", HEADER + first("1", "MUG") + ",,,CUP,1,Bob,,\n")

    assert feeds.run().counts == {"seen": 1, "failed": 1}
    assert feeds.steps()["1#1"]["code"] == "invalid.conflict"


def test_damaged_number_still_blocks_the_order_above(feeds: Feeds) -> None:
    feeds.drop("a.csv", HEADER + first("1000000000000", "MUG") + below("CUP", number="1E+12"))

    feeds.run()

    assert feeds.steps()["1000000000000#1"]["code"] == "invalid.order_number"


def test_status_of_the_first_row_counts_for_all_rows(feeds: Feeds) -> None:
    feeds.configure(REPEATS, PAID, columns=COLUMNS)
    refunded = first("2", "MUG", mail="b@example.com,refunded")
    feeds.drop("a.csv", HEADER + first("1", "MUG") + below("CUP") + refunded + below("CUP"))

    assert feeds.run().counts == {"seen": 2, "done": 1, "skipped": 1}
    assert feeds.sent("1") == {"MUG": 1, "CUP": 1}


def test_file_with_repeated_fields_is_no_edit_of_one_with_blank_ones(feeds: Feeds) -> None:
    feeds.drop("a.csv", HEADER + first("1", "MUG") + below("CUP"))
    feeds.run()
    feeds.drop("b.csv", HEADER + first("1", "MUG") + first("1", "CUP"))

    assert feeds.run().counts == {"seen": 1, "unchanged": 1}
    assert feeds.attention() == []


PAGE_1 = HEADER + first("1", "MUG") + first("2", "MUG") + below("CUP")
PAGE_2 = HEADER + below("BOX") + first("3", "MUG")


@pytest.mark.parametrize("is_reversed", [False, True])
def test_pages_that_cut_an_order_are_read_in_one_reading(feeds: Feeds, is_reversed: bool) -> None:
    feeds.drop("page1.csv", PAGE_1, at=9 if is_reversed else 1)
    feeds.drop("page2.csv", PAGE_2, at=5)

    result = feeds.run()

    assert (result.code, result.counts) == (1, {"seen": 4, "done": 2, "failed": 2})
    steps = feeds.steps()
    assert {key: step["code"] for key, step in steps.items() if step["state"] == "failed"} == {
        "2#1": "cut",
        "file:page2.csv:2": "cut",
    }
    assert "page2.csv begins with lines of an order" in steps["2#1"]["reason"]
    assert "export all pages as one file" in steps["file:page2.csv:2"]["reason"]


def test_page_without_the_head_of_its_order_comes_first(feeds: Feeds) -> None:
    feeds.drop("page2.csv", PAGE_2)
    early = feeds.run()
    feeds.drop("page1.csv", PAGE_1)

    late = feeds.run()

    assert early.counts == {"seen": 2, "done": 1, "failed": 1}
    assert late.counts == {"seen": 2, "done": 1, "failed": 1}
    assert feeds.steps(2)["2#1"]["code"] == "cut"


def test_page_without_the_head_of_its_order_comes_later(feeds: Feeds) -> None:
    feeds.drop("page1.csv", PAGE_1)
    feeds.run()
    feeds.drop("page2.csv", PAGE_2)

    late = feeds.run()

    assert (late.code, late.counts) == (1, {"seen": 2, "done": 1, "failed": 1})
    assert "its order is on another page" in feeds.attention()[0]
    assert feeds.run().code == 0
    assert len(feeds.attention()) == 1


def test_cut_order_is_sent_once_the_whole_export_is_there(feeds: Feeds) -> None:
    feeds.drop("page1.csv", PAGE_1)
    feeds.drop("page2.csv", PAGE_2)
    feeds.run()
    for name in ("page1.csv", "page2.csv"):
        (feeds.folder / "feeds" / name).unlink()
    feeds.drop("all.csv", PAGE_1 + below("BOX") + first("3", "MUG"))

    result = feeds.run()

    assert feeds.sent("2") == {"MUG": 1, "CUP": 1, "BOX": 1}
    assert result.counts["done"] == 1
    assert feeds.attention() == []


def test_cut_order_is_sent_by_a_retry_once_the_cut_page_is_removed(feeds: Feeds) -> None:
    feeds.drop("page1.csv", PAGE_1)
    page = feeds.drop("page2.csv", PAGE_2)
    feeds.run()
    page.unlink()

    feeds.run("retry", str(feeds.steps()["2#1"]["id"]))

    assert feeds.sent("2") == {"MUG": 1, "CUP": 1}


MAIL = "a@example.com,"
"""A further row of Shopify has the number, the mail address and the date of its order."""
PAGES = (
    HEADER + first("1", "MUG") + first("2", "MUG") + below("CUP", number="2", mail=MAIL),
    HEADER + below("BOX", number="2", mail=MAIL) + first("3", "MUG"),
)


@pytest.mark.parametrize("status", [[], [PAID]])
@pytest.mark.parametrize("order", ["together", "reversed", "first", "second"])
def test_order_whose_rows_have_its_number_is_never_sent_in_part(
    feeds: Feeds, status: list[str], order: str
) -> None:
    feeds.configure(REPEATS, *status, columns=COLUMNS)
    names = [("page1.csv", PAGES[0]), ("page2.csv", PAGES[1])]
    for name, text in reversed(names) if order in ("reversed", "second") else names:
        feeds.drop(name, text)
        if order in ("first", "second"):
            feeds.run()

    feeds.run()

    [problem] = feeds.attention()
    orders = feeds.run("orders", "list", "--account", "depot", "--json").json["orders"]
    assert sorted(each["number"] for each in orders) == (
        ["1", "2", "3"] if order == "first" else ["1", "3"]
    )
    if order == "first":
        assert "first row of the order is missing" in problem
    else:
        assert "page" in problem


def test_first_order_of_a_file_without_an_address_that_needs_no_shipping_is_not_cut(
    feeds: Feeds,
) -> None:
    columns = COLUMNS.replace("}", ", requires_shipping: Ships}")
    feeds.configure(REPEATS, columns=columns)
    header = HEADER.replace("\n", ",Ships\n")
    feeds.drop("a.csv", header + "1,a@example.com,paid,VOUCHER,1,,,,false\n")

    assert feeds.run().counts == {"seen": 1, "skipped": 1}


def test_purge_removes_the_rows_without_a_number_of_its_order(feeds: Feeds) -> None:
    feeds.configure(REPEATS, PAID, columns=COLUMNS)
    rows = first("1", "MUG", mail="a@example.com,refunded") + ",,,CUP,1,,,For Ada\n"
    feeds.drop("a.csv", HEADER + rows + first("2", "MUG", mail="b@example.com,pending"))
    feeds.run()
    (feeds.folder / "feeds" / "a.csv").unlink()

    before = [path.read_text() for path in feeds.folder.glob("**/*.spool/**/*.csv")]

    feeds.run("purge", "--order", "1", "--account", "shop", "--yes")

    after = [path.read_text() for path in feeds.folder.glob("**/*.spool/**/*.csv")]
    assert "For Ada" in before[0]
    assert not any("For Ada" in text for text in after)
