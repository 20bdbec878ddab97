"""Orders of one row: their lines are in one cell, or in numbered columns."""

import shutil
import time
from pathlib import Path

import pytest

from ordosync.accounts.files.input_options.table_options import OneRow
from tests.accounts.files.order_feeds import Feeds

SHARED = Path(__file__).parents[4] / "shared"

ITEMS = 'one_row: {items: items, at: ";", each: "{quantity} x {sku}"}'
COLUMNS = "columns: {order_number: No, ship_to.name: To}"
HEADER = "No,To,items\n"


@pytest.fixture(name="feeds")
def _feeds(tmp_path: Path) -> Feeds:
    feeds = Feeds(tmp_path)
    feeds.configure(ITEMS, columns=COLUMNS)
    return feeds


def test_lines_in_a_cell(feeds: Feeds) -> None:
    feeds.drop("a.csv", HEADER + "1,Ada,2 x MUG; 1 x A x B ;\n2,Bob,1 x MUG;1 x MUG\n")

    result = feeds.run()

    assert (result.code, result.counts) == (0, {"seen": 2, "done": 2})
    assert feeds.sent("1") == {"MUG": 2, "A x B": 1}
    (order,) = feeds.run("orders", "show", "2", "--account", "depot", "--json").json["orders"]
    assert [line["quantity"] for line in order["lines"]] == [1, 1]


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared files are not beside the checkout")
def test_file_of_the_shared_data(tmp_path: Path) -> None:
    feeds = Feeds(tmp_path)
    columns = "columns: {order_number: order, ship_to.name: name}"
    feeds.configure(ITEMS, columns=columns)
    shutil.copy(SHARED / "data" / "feeds" / "one-row-per-order.csv", tmp_path / "feeds" / "a.csv")

    feeds.run()

    assert feeds.sent("1001") == {"MUG-BLUE": 2, "TRAY-RED": 1}
    assert feeds.sent("1002") == {"VASE-BLUE": 1}


@pytest.mark.parametrize(
    "items", ["2x MUG", "two x MUG", "1 x MUG; CUP", "1 x MUG, 1 x ", "-1 x MUG", "1.5 x MUG"]
)
def test_text_that_does_not_fit_the_form_wholly_refuses_the_order(feeds: Feeds, items: str) -> None:
    items = items.replace("1 x MUG, 1 x ", "1 x MUG;1 x ")
    feeds.drop("a.csv", HEADER + f"1,Ada,{items}\n2,Bob,1 x MUG\n")

    result = feeds.run()

    assert result.counts == {"seen": 2, "done": 1, "failed": 1}
    step = feeds.steps()["1#1"]
    assert step["code"] == "invalid.line"
    assert "a.csv row 2: " in step["reason"]
    assert "is not a line of the form '{quantity} x {sku}'" in step["reason"]


def test_order_without_lines_has_nothing_to_ship(feeds: Feeds) -> None:
    feeds.drop("a.csv", HEADER + "1,Ada,\n2,Bob,;;\n")

    assert feeds.run().counts == {"seen": 2, "skipped": 2}
    assert {step["code"] for step in feeds.steps().values()} == {"nothing-to-ship"}


def test_other_sequence_of_the_lines_is_no_edit_and_other_lines_are(feeds: Feeds) -> None:
    feeds.drop("a.csv", HEADER + "1,Ada,2 x MUG;1 x CUP\n2,Bob,1 x MUG\n")
    feeds.run()
    feeds.drop("b.csv", HEADER + "1,Ada,1 x CUP;2 x MUG\n2,Bob,1 x MUG;1 x CUP\n")

    feeds.run()

    [problem] = feeds.attention()
    assert "was edited after it was sent (lines)" in problem


def test_newer_file_that_lacks_a_line_is_a_conflict(feeds: Feeds) -> None:
    feeds.drop("a.csv", HEADER + "1,Ada,2 x MUG;1 x CUP\n2,Bob,1 x MUG\n3,Cyd,?\n")
    feeds.drop("b.csv", HEADER + "1,Ada,1 x CUP\n2,Bob,2 x MUG\n3,Cyd,1 x MUG\n")

    assert feeds.run().counts == {"seen": 3, "done": 2, "failed": 1}
    assert feeds.steps()["1#1"]["code"] == "conflict"
    assert (feeds.sent("2"), feeds.sent("3")) == ({"MUG": 2}, {"MUG": 1})


def test_lines_have_prices_transforms_and_texts_that_are_ignored(feeds: Feeds) -> None:
    each = "name:{name}|id:{}|sku:{sku}|quantity:{quantity}|total:{line_total}"
    feeds.configure(
        f'one_row: {{items: items, at: "||", each: "{each}"}}',
        "currency: EUR",
        "transform: {sku: [upper]}",
        columns=COLUMNS,
        portal="send: [line_total]",
    )
    items = (
        "name:A mug|id:7|sku:mug|quantity:2|total:37.00||name:Cup|id:|sku:cup|quantity:1|total:5"
    )
    feeds.drop("a.csv", HEADER + f"1,Ada,{items}\n")

    result = feeds.run()

    assert result.counts == {"seen": 1, "done": 1}
    (order,) = feeds.run("orders", "show", "1", "--account", "depot", "--json").json["orders"]
    assert [(it["sku"], it["name"], it["quantity"]) for it in order["lines"]] == [
        ("CUP", "Cup", 1),
        ("MUG", "A mug", 2),
    ]


def test_numbered_columns_with_a_form(feeds: Feeds) -> None:
    feeds.configure('one_row: {columns: "line_{n}", each: "{sku}: {quantity}"}', columns=COLUMNS)
    header = "No,To,line_1,line_2,line_10,note_1\n"
    feeds.drop("a.csv", header + "1,Ada,MUG: 2,,CUP: 1,x\n2,Bob,BOX: 1,,,\n3,Cyd,MUG 2,,,\n")

    assert feeds.run().counts == {"seen": 3, "done": 2, "failed": 1}
    assert (feeds.sent("1"), feeds.sent("2")) == ({"MUG": 2, "CUP": 1}, {"BOX": 1})


NUMBERED = (
    "columns: {order_number: No, ship_to.name: To, sku: 'item_{n}_sku', quantity: 'item_{n}_qty'}"
)


def test_numbered_columns_of_fields(feeds: Feeds) -> None:
    feeds.configure('one_row: {columns: "item_{n}_sku"}', columns=NUMBERED)
    header = "No,To,item_1_sku,item_1_qty,item_2_sku,item_2_qty\n"
    feeds.drop("a.csv", header + "1,Ada,MUG,2,CUP,1\n2,Bob,BOX,1,,\n3,Cyd,MUG,1,,3\n")
    first = feeds.run()
    feeds.drop("b.csv", header + "1,Ada,CUP,1,MUG,3\n2,Bob,,,BOX,1\n")

    feeds.run()

    assert first.counts == {"seen": 3, "done": 2, "failed": 1}
    assert "a.csv row 4: the SKU is blank" in feeds.steps()["3#1"]["reason"]
    assert (feeds.sent("1"), feeds.sent("2")) == ({"MUG": 2, "CUP": 1}, {"BOX": 1})
    assert len([each for each in feeds.attention() if "edited" in each]) == 1
    assert len(feeds.attention()) == 2


def test_file_without_the_first_numbered_column_is_refused(feeds: Feeds) -> None:
    feeds.configure('one_row: {columns: "item_{n}_sku"}', columns=NUMBERED)
    feeds.drop("a.csv", "No,To,item_0_sku,item_0_qty\n1,Ada,MUG,2\n")

    feeds.run()

    assert "column 'item_1_sku' is missing" in feeds.attention()[0]


def test_rules_and_statuses_judge_the_whole_row(feeds: Feeds) -> None:
    status = "statuses: [{column: Paid, travels: [paid], skipped: [refunded]}]"
    feeds.configure(ITEMS, status, columns=COLUMNS)
    feeds.drop("a.csv", "No,To,items,Paid\n1,Ada,not readable,refunded\n2,Bob,1 x MUG,paid\n")

    assert feeds.run().counts == {"seen": 2, "done": 1, "skipped": 1}


def test_purge_removes_a_row_with_its_lines(feeds: Feeds) -> None:
    hold = "statuses: [{column: Paid, travels: [paid], skipped: [refunded], held: [pending]}]"
    feeds.configure(ITEMS, hold, columns=COLUMNS)
    feeds.drop("a.csv", "No,To,items,Paid\n1,Ada,1 x MUG,refunded\n2,Bob,1 x MUG,pending\n")
    feeds.run()
    (feeds.folder / "feeds" / "a.csv").unlink()

    feeds.run("purge", "--order", "1", "--account", "shop", "--yes")

    [copy] = [path.read_text() for path in feeds.folder.glob("**/*.spool/**/*.csv")]
    assert "Ada" not in copy
    assert "Bob" in copy


@pytest.mark.parametrize(
    ("options", "columns", "problem"),
    [
        ("one_row: {items: a}", COLUMNS, "each: is missing"),
        ('one_row: {items: a, each: "{sku}"}', COLUMNS, "quantity is missing"),
        ('one_row: {items: a, each: "{quantity} {foo}"}', COLUMNS, "is not a field of a line"),
        ('one_row: {items: a, each: "{quantity}{sku}"}', COLUMNS, "need a text between"),
        ('one_row: {items: a, each: "{sku} {sku}"}', COLUMNS, "is given twice"),
        ('one_row: {items: a, each: "x"}', COLUMNS, "has no field such as"),
        ('one_row: {columns: "x_{n}"}', COLUMNS, "is missing"),
        ("one_row: {columns: x}", NUMBERED, "must have {n}"),
        ('one_row: {items: a, each: "{quantity} {sku}"}', NUMBERED, "is in `each`"),
        ('one_row: {columns: "x_{n}"}', COLUMNS[:-1] + ", sku: S, quantity: Q}", "must have {n}"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    feeds: Feeds, options: str, columns: str, problem: str
) -> None:
    feeds.configure(options, columns=columns)

    result = feeds.run("config", "check")

    assert (result.code, problem in result.err) == (3, True), result.err


def test_long_text_that_is_no_line_is_refused_at_once() -> None:
    one_row = OneRow(items="items", each="{sku}|{name}|{details}|{quantity}")
    started = time.process_time()

    assert one_row.form.fullmatch("|" * 10_000 + "x") is None
    assert one_row.form.fullmatch("a|b|c|" + "|" * 9_000 + "|5") is not None
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    ("each", "text", "fields"),
    [
        ("{sku} x {quantity}", "A x B x 3", ("A x B", "3")),
        ("{sku} x {quantity} ({name})", "A x B x 3 (4) x 5 (c)", ("A x B", "3", "4) x 5 (c")),
        ("{quantity}x {sku} {}", "2x A b c", ("2", "A")),
        ("[{sku}] {name}", "[A] [B] c", ("A", "[B] c")),
    ],
)
def test_first_place_that_fits_ends_a_field(each: str, text: str, fields: tuple[str, ...]) -> None:
    match = OneRow(items="items", each=each).form.fullmatch(text)

    assert match is not None
    assert match.groups() == fields


@pytest.mark.parametrize("items", ["2 x MUG, 1 x CUP", "2 x MUG\n1 x CUP", "2 x MUG | 1 x CUP;"])
def test_lines_with_another_text_between_them_are_no_sku(feeds: Feeds, items: str) -> None:
    feeds.drop("a.csv", HEADER + f'1,Ada,"{items}"\n2,Bob,"1 x MUG, blue"\n')

    assert feeds.run().counts == {"seen": 2, "done": 1, "failed": 1}
    assert "is several lines; correct `at` of `one_row`" in feeds.steps()["1#1"]["reason"]
    assert feeds.sent("2") == {"MUG, blue": 1}


def test_row_that_comes_again_is_not_sent_twice(feeds: Feeds) -> None:
    feeds.drop("a.csv", HEADER + "1,Ada,2 x MUG\n1,Ada,2 x MUG\n2,Bob,1 x MUG\n2,Bob,1 x CUP\n")

    assert feeds.run().counts == {"seen": 2, "done": 1, "failed": 1}
    assert "row 3: repeats row 2, but `one_row` says" in feeds.steps()["1#1"]["reason"]
    assert feeds.sent("2") == {"MUG": 1, "CUP": 1}
