"""Status columns of order files: orders that wait, are left out or fail by the word of a column."""

from pathlib import Path

import pytest

from tests.accounts.files.order_feeds import Feeds

STATUSES = (
    "statuses: [{column: Paid, travels: [paid], held: [pending, Authorized],"
    " skipped: [refunded, voided], failed: [partially_refunded]},"
    ' {column: Cancelled, travels: [""], skipped: [yes]}]'
)
ROWS = (
    'statuses: [{column: Sent, rows: true, travels: ["", unfulfilled], skipped: [fulfilled],'
    " failed: [partial]}]"
)
HEADER = "No,Paid,Cancelled,SKU,Qty,To,Sent\n"


@pytest.fixture(name="feeds")
def _feeds(tmp_path: Path) -> Feeds:
    feeds = Feeds(tmp_path)
    feeds.configure(STATUSES)
    return feeds


def order(number: str, paid: str, *, cancelled: str = "", second: str = "", to: str = "Ada") -> str:
    """Return the two rows of an order; only the first one has the fields of the order."""
    return f"{number},{paid},{cancelled},MUG,2,{to},\n{number},{second},,CUP,1,,\n"


def test_words_of_a_column_decide_about_whole_orders(feeds: Feeds) -> None:
    feeds.drop(
        "a.csv",
        HEADER
        + order("1", "paid")
        + order("2", "pending")
        + order("3", "refunded")
        + order("4", "partially_refunded")
        + order("5", "PAID "),
    )

    result = feeds.run()

    assert (result.code, result.counts) == (1, {"seen": 5, "done": 2, "skipped": 2, "failed": 1})
    steps = feeds.steps()
    assert {key: step["state"] for key, step in steps.items()} == {
        "1#1": "done",
        "2#1": "held",
        "3#1": "skipped",
        "4#1": "failed",
        "5#1": "done",
    }
    assert (steps["2#1"]["code"], steps["2#1"]["reason"]) == (
        "hold-status",
        'has the status "pending" in Paid',
    )
    assert steps["3#1"]["reason"] == 'Paid is "refunded"'
    assert steps["4#1"]["code"] == "unclear-status"
    assert steps["4#1"]["reason"].startswith(
        'feeds/a.csv row 8: Paid is "partially_refunded", which does not say'
    )
    assert feeds.sent("1") == feeds.sent("5") == {"MUG": 2, "CUP": 1}


@pytest.mark.parametrize("word", ["on its way", "paid?", "p\x1b[31maid", "w" * 90])
def test_unknown_word_fails_the_order_and_says_what_to_do(feeds: Feeds, word: str) -> None:
    feeds.drop("a.csv", HEADER + order("1", word) + order("2", "paid"))

    result = feeds.run()

    assert result.counts == {"seen": 2, "done": 1, "failed": 1}
    step = feeds.steps()["1#1"]
    assert step["code"] == "unknown-status"
    assert "\x1b" not in step["reason"]
    assert word[:1] in step["reason"]
    assert "w" * 41 not in step["reason"]
    assert "add the word to `travels`, `held`, `skipped` or `failed`" in step["reason"]


def test_blank_word_is_unknown_unless_it_is_in_a_list(feeds: Feeds) -> None:
    feeds.drop("a.csv", HEADER + order("1", ""))

    feeds.run()

    assert feeds.steps()["1#1"]["reason"].startswith(
        "feeds/a.csv row 2: Paid is blank, a word that `statuses`"
    )


@pytest.mark.parametrize(
    ("paid", "cancelled", "state"),
    [
        ("partially_refunded", "yes", "skipped"),
        ("never seen", "yes", "skipped"),
        ("pending", "yes", "skipped"),
        ("pending", "perhaps", "failed"),
    ],
)
def test_strongest_of_several_columns_counts(
    feeds: Feeds, paid: str, cancelled: str, state: str
) -> None:
    feeds.drop("a.csv", HEADER + order("1", paid, cancelled=cancelled))

    feeds.run()

    assert feeds.steps()["1#1"]["state"] == state


def test_order_whose_rows_contradict_each_other_fails(feeds: Feeds) -> None:
    feeds.drop("a.csv", HEADER + order("1", "paid", second="refunded"))
    feeds.drop("b.csv", HEADER + order("2", "refunded", second="voided"))

    feeds.run()

    steps = feeds.steps()
    assert (steps["1#1"]["state"], steps["1#1"]["code"]) == ("failed", "unclear-status")
    assert "row 2: Paid differs between the rows of the order" in steps["1#1"]["reason"]
    assert steps["2#1"]["state"] == "skipped"


def test_held_order_is_sent_once_a_newer_file_has_another_word(feeds: Feeds) -> None:
    feeds.drop("a.csv", HEADER + order("1", "pending"))
    first, again = feeds.run(), feeds.run()
    (feeds.folder / "feeds" / "a.csv").unlink()
    still = feeds.run()
    feeds.drop("b.csv", HEADER + order("1", "paid"))

    last = feeds.run()

    assert [each.run["skipped"] for each in (first, again, still)] == [1, 1, 1]
    assert [each.run["done"] for each in (first, again, still)] == [0, 0, 0]
    assert last.counts["done"] == 1
    assert feeds.sent("1") == {"MUG": 2, "CUP": 1}


def test_held_order_is_released_by_hand(feeds: Feeds) -> None:
    feeds.drop("a.csv", HEADER + order("1", "authorized"))
    feeds.run()
    why = feeds.run("why", "1").out

    released = feeds.run("orders", "release", "1")
    feeds.run()

    assert 'next: it has the status "authorized" in Paid; judged again' in why
    assert "ordosync orders release 1" in why
    assert released.code == 0, released.err
    assert feeds.sent("1") == {"MUG": 2, "CUP": 1}


def test_held_order_in_a_dry_run_is_shown_as_held(feeds: Feeds) -> None:
    feeds.drop("a.csv", HEADER + order("1", "pending") + order("2", "never seen"))

    result = feeds.run("import-orders", "--dry-run")

    assert 'has the status "pending" in Paid' in result.out
    assert 'Paid is "never seen"' in result.out


def test_pending_and_paid_in_one_reading_is_sent(feeds: Feeds) -> None:
    feeds.drop("1.csv", HEADER + order("1", "pending"))
    feeds.drop("2.csv", HEADER + order("1", "paid"))

    assert feeds.run().counts == {"seen": 1, "done": 1}


@pytest.mark.parametrize("word", ["pending", "refunded", "partially_refunded", "never seen"])
def test_another_word_of_an_order_that_was_sent_is_no_edit(feeds: Feeds, word: str) -> None:
    feeds.drop("a.csv", HEADER + order("1", "paid"))
    feeds.run()
    feeds.drop("a.csv", HEADER + order("1", word))

    result = feeds.run()

    assert (result.code, result.counts) == (0, {"seen": 1, "unchanged": 1})
    assert feeds.attention() == []


def test_edit_of_an_order_that_was_sent_is_seen_whatever_its_word_is(feeds: Feeds) -> None:
    feeds.drop("a.csv", HEADER + order("1", "paid"))
    feeds.run()
    feeds.drop("a.csv", HEADER + order("1", "partially_refunded", to="Bob"))

    feeds.run()

    assert "was edited after it was sent (address)" in feeds.attention()[0]


def test_rows_that_are_fulfilled_are_not_sent_and_partial_rows_fail(feeds: Feeds) -> None:
    feeds.configure(ROWS)
    feeds.drop(
        "a.csv",
        HEADER
        + "1,,,MUG,2,Ada,fulfilled\n1,,,CUP,1,,\n"
        + "2,,,MUG,2,Ada,fulfilled\n2,,,CUP,1,,fulfilled\n"
        + "3,,,MUG,2,Ada,partial\n3,,,CUP,1,,\n"
        + "4,,,MUG,2,Ada,unfulfilled\n4,,,CUP,1,,lost\n",
    )

    result = feeds.run()

    assert result.counts == {"seen": 4, "done": 1, "skipped": 1, "failed": 2}
    assert feeds.sent("1") == {"CUP": 1}
    steps = feeds.steps()
    assert steps["2#1"]["reason"] == 'Sent is "fulfilled"'
    assert (steps["3#1"]["code"], steps["4#1"]["code"]) == ("unclear-status", "unknown-status")
    assert steps["3#1"]["reason"].startswith('feeds/a.csv row 6: Sent is "partial"')


@pytest.mark.parametrize(
    ("mug", "cup"),
    [("fulfilled", ""), ("fulfilled", "fulfilled"), ("partial", ""), ("", "partial"), ("lost", "")],
)
def test_rows_that_are_fulfilled_after_the_order_was_sent_are_no_edit(
    feeds: Feeds, mug: str, cup: str
) -> None:
    feeds.configure(ROWS)
    feeds.drop("a.csv", HEADER + "1,,,MUG,2,Ada,\n1,,,CUP,1,,\n1,,,BOX,1,,fulfilled\n")
    first = feeds.run()
    feeds.drop("b.csv", HEADER + f"1,,,MUG,2,Ada,{mug}\n1,,,CUP,1,,{cup}\n1,,,BOX,1,,fulfilled\n")

    result = feeds.run()

    assert first.counts == {"seen": 1, "done": 1}
    assert (result.code, result.counts) == (0, {"seen": 1, "unchanged": 1})
    assert feeds.attention() == []
    assert feeds.sent("1") == {"MUG": 2, "CUP": 1}


def test_rule_for_rows_that_leaves_out_a_line_that_was_sent_is_no_edit(feeds: Feeds) -> None:
    feeds.configure('only_rows: [{column: Sent, matches: "^$", rows: true}]')
    feeds.drop("a.csv", HEADER + "1,,,MUG,2,Ada,\n1,,,CUP,1,,\n1,,,BOX,1,,fulfilled\n")
    feeds.run()
    feeds.drop("b.csv", HEADER + "1,,,MUG,2,Ada,fulfilled\n1,,,CUP,1,,\n1,,,BOX,1,,fulfilled\n")

    assert feeds.run().counts == {"seen": 1, "unchanged": 1}
    assert feeds.attention() == []


def test_quantity_of_a_fulfilled_line_that_was_sent_is_still_compared(feeds: Feeds) -> None:
    feeds.configure(ROWS)
    feeds.drop("a.csv", HEADER + "1,,,MUG,2,Ada,\n1,,,CUP,1,,\n")
    feeds.run()
    feeds.drop("b.csv", HEADER + "1,,,MUG,3,Ada,fulfilled\n1,,,CUP,1,,\n")

    feeds.run()

    assert "was edited after it was sent (lines)" in feeds.attention()[0]


def test_reconcile_compares_the_lines_that_were_sent(feeds: Feeds) -> None:
    feeds.configure(ROWS)
    before = "1,,,MUG,2,Ada,fulfilled\n1,,,MUG,1,Ada,{}\n1,,,CUP,1,Ada,\n1,,,BOX,1,Ada,fulfilled\n"
    for name, status in (("a.csv", ""), ("b.csv", "fulfilled")):
        feeds.drop(name, HEADER + before.format(status))
        feeds.run()

        result = feeds.run("reconcile")

        assert (result.code, "both sides agree" in result.err) == (0, True), result.out


CANCELLED = "cancellations: {glob: cancelled, columns: {order_number: No}}"


def test_fulfilled_lines_and_final_words_cancel_nothing(feeds: Feeds) -> None:
    (feeds.folder / "cancelled").mkdir()
    feeds.configure(f"{STATUSES[:-1]}, {ROWS[11:]}", parts=CANCELLED)
    feeds.drop("a.csv", HEADER + "1,paid,,MUG,2,Ada,\n1,,,CUP,1,,\n2,paid,,MUG,1,Bo,\n")
    feeds.run()
    feeds.run("cancel-orders", "--json")
    feeds.drop("b.csv", HEADER + "1,paid,,MUG,2,Ada,fulfilled\n1,,,CUP,1,,\n2,voided,,MUG,1,Bo,\n")

    counts = feeds.run("cancel-orders", "--json").counts

    assert counts == {"seen": 0}
    assert feeds.run().counts == {"seen": 2, "unchanged": 2}
    assert feeds.attention() == []


def test_cancelled_units_are_those_of_the_line_that_is_still_owed(feeds: Feeds) -> None:
    (feeds.folder / "cancelled").mkdir()
    (feeds.folder / "cancelled" / "c.csv").write_text("No,SKU,Qty\n1,MUG,1\n")
    columns = "columns: {order_number: No, sku: SKU, quantity: Qty}"
    feeds.configure(ROWS, parts=f"cancellations: {{glob: cancelled, {columns}}}")
    feeds.drop("a.csv", HEADER + "1,,,MUG,2,Ada,fulfilled\n1,,,MUG,1,Ada,\n1,,,CUP,1,Ada,\n")

    feeds.run()

    assert feeds.sent("1") == {"CUP": 1}


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ("statuses: [{column: S}]", "at least one word is needed"),
        ("statuses: [{column: S, travels: [a], held: [b], rows: true}]", "cannot be held"),
        ("statuses: [{column: S, travels: [a], skipped: [A]}]", "is given twice"),
    ],
)
def test_lists_that_make_no_sense_are_refused(feeds: Feeds, options: str, problem: str) -> None:
    feeds.configure(options)

    result = feeds.run("config", "check")

    assert (result.code, problem in result.err) == (3, True), result.err


def test_column_is_optional_by_any_of_its_names(feeds: Feeds) -> None:
    column = "{column: [Cancelled at, Canceled at], travels: [open]}"
    feeds.configure("optional: [Canceled at]", f"statuses: [{column}]")
    feeds.drop("a.csv", "No,SKU,Qty,To\n1,MUG,2,Ada\n")

    assert feeds.run().counts == {"seen": 1, "done": 1}


@pytest.mark.parametrize(
    ("column", "rows"),
    [
        ('{column: Paid, travels: [""], others: skipped}', "1,Smith,,MUG,1,Ada,x,y\n"),
        ("{column: Paid, travels: [paid], skipped: [yes]}", "1,yes,,MUG,1,Ada,x,y\n1,,,A,1,Ada,\n"),
        (
            '{column: Sent, rows: true, travels: [""], skipped: [yes]}',
            "1,,,B,1,Ada,yes,y\n1,,,A,1,,\n",
        ),
    ],
)
def test_damaged_row_is_refused_whatever_its_status_is(
    feeds: Feeds, column: str, rows: str
) -> None:
    feeds.configure(f"statuses: [{column}]")
    feeds.drop("a.csv", HEADER + rows)

    assert feeds.run().counts == {"seen": 1, "failed": 1}
    (reason,) = feeds.attention()
    assert "row 2: has 8 cells, the header has 7" in reason
