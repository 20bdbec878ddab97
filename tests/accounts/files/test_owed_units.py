"""Files with the units that are still to be sent: they count until the order is sent."""

from pathlib import Path

import pytest

from tests.accounts.files.order_feeds import Feeds

OWED = "quantity_is: owed"
HEADER = "No,SKU,Qty,To\n"
TRACKING = (
    "tracking: {path: out/sent.csv, columns: {order_number: No, tracking_number: Number,"
    " carrier: By, voided: Void, sku: SKU, quantity: Qty}}"
)
CANCELLED = f"cancellations: {{glob: cancelled, columns: {{order_number: No}}}}\n    {TRACKING}"


@pytest.fixture(name="feeds")
def _feeds(tmp_path: Path) -> Feeds:
    feeds = Feeds(tmp_path)
    for name in ("cancelled", "out"):
        (tmp_path / name).mkdir()
    feeds.configure(OWED, parts=CANCELLED)
    feeds.drop("a.csv", HEADER + "1,MUG,2,Ada\n1,CUP,1,Ada\n1,BOX,0,Ada\n")
    assert feeds.run().counts == {"seen": 1, "done": 1}
    return feeds


def ship(feeds: Feeds, *lines: str, number: str = "1Z1") -> None:
    """Ship units at the depot, and tell the shop."""
    words = [word for line in lines for word in ("--line", line)]
    done = feeds.run(
        *("orders", "ship", "1", "--account", "depot", "--carrier", "UPS", "--tracking", number),
        *words,
    )
    assert done.code == 0, done.err
    assert feeds.run("update-tracking", "--json").code == 0


ROWS = {
    "a part": "1,MUG,1,Ada\n1,CUP,1,Ada\n1,BOX,0,Ada\n",
    "a line": "1,MUG,0,Ada\n1,CUP,1,Ada\n1,BOX,0,Ada\n",
    "a row": "1,CUP,1,Ada\n",
    "all units": "1,MUG,0,Ada\n1,CUP,0,Ada\n1,BOX,0,Ada\n",
    "all rows": "2,MUG,1,Bob\n",
}
PARCELS = {
    "a part": ("MUG=1",),
    "a line": ("MUG=2",),
    "a row": ("MUG=2",),
    "all units": (),
    "all rows": (),
}


@pytest.mark.parametrize("what", ROWS)
def test_units_that_fall_with_our_parcel_are_no_edit_and_no_cancellation(
    feeds: Feeds, what: str
) -> None:
    feeds.run("cancel-orders")
    ship(feeds, *PARCELS[what])
    feeds.drop("b.csv", HEADER + ROWS[what])

    imported = feeds.run()
    cancelled = feeds.run("cancel-orders", "--json")
    feeds.run("import-orders", "--json")

    assert imported.code == 0
    assert cancelled.counts == {"seen": 0}
    assert feeds.attention() == []
    assert feeds.sent("1") == {"MUG": 2, "CUP": 1}


@pytest.mark.parametrize("what", ["a part", "a line", "a row", "all units"])
def test_units_that_fall_before_our_parcel_are_no_edit(feeds: Feeds, what: str) -> None:
    feeds.drop("b.csv", HEADER + ROWS[what])

    result = feeds.run()

    assert result.counts == {"seen": 1, "unchanged": 1}
    assert feeds.run("cancel-orders", "--json").counts == {"seen": 0}
    assert feeds.attention() == []


@pytest.mark.parametrize("rows", [*ROWS.values()])
def test_further_parcel_is_reported_although_the_file_has_fewer_units(
    feeds: Feeds, rows: str
) -> None:
    ship(feeds, "MUG=1")
    feeds.drop("b.csv", HEADER + rows)
    feeds.run()
    ship(feeds, "MUG=1", "CUP=1", number="1Z2")

    text = (feeds.folder / "out" / "sent.csv").read_text()

    assert sorted(text.splitlines()[1:]) == [
        "1,1Z1,UPS,false,MUG,1",
        "1,1Z2,UPS,false,CUP,1",
        "1,1Z2,UPS,false,MUG,1",
    ]


@pytest.mark.parametrize("what", ["a part", "a line", "a row", "all units"])
def test_reconcile_finds_no_difference(feeds: Feeds, what: str) -> None:
    ship(feeds, *PARCELS[what])
    feeds.drop("b.csv", HEADER + ROWS[what])
    (feeds.folder / "feeds" / "a.csv").unlink()
    feeds.run()

    result = feeds.run("reconcile")

    assert (result.code, "both sides agree" in result.err) == (0, True), result.out


def test_lost_store_sends_nothing_twice_and_reports_no_wrong_units(feeds: Feeds) -> None:
    ship(feeds, "MUG=1")
    (feeds.folder / "feeds" / "a.csv").unlink()
    feeds.drop("b.csv", HEADER + ROWS["a part"])
    for path in feeds.folder.glob("ordosync.db*"):
        path.unlink() if path.is_file() else None

    again = feeds.run()
    feeds.run("update-tracking")
    ship(feeds, number="1Z2")

    assert again.counts == {"seen": 1, "unchanged": 1}
    assert sorted((feeds.folder / "out" / "sent.csv").read_text().splitlines()[1:]) == [
        "1,1Z1,UPS,false,MUG,1",
        "1,1Z2,UPS,false,,",
    ]
    assert "both sides agree" in feeds.run("reconcile").err


def test_line_that_was_not_sent_is_an_edit(feeds: Feeds) -> None:
    feeds.drop("b.csv", HEADER + "1,MUG,1,Ada\n1,BAG,2,Ada\n")

    feeds.run()

    assert "was edited after it was sent (lines)" in feeds.attention()[0]


def test_address_that_was_edited_is_an_edit_of_the_address_only(feeds: Feeds) -> None:
    feeds.drop("b.csv", HEADER + "1,MUG,1,Bob\n")

    feeds.run()

    assert "was edited after it was sent (address)" in feeds.attention()[0]


def test_edit_that_is_applied_removes_no_units(feeds: Feeds) -> None:
    feeds.configure(OWED, parts=CANCELLED, portal="edits: {lines: apply, address: apply}")
    feeds.drop("b.csv", HEADER + "1,MUG,1,Bob\n1,BAG,2,Bob\n")

    feeds.run()
    feeds.run()

    assert feeds.attention() == []
    assert feeds.sent("1") == {"MUG": 2, "CUP": 1, "BAG": 2}


def test_cancelled_order_is_cancelled(feeds: Feeds) -> None:
    (feeds.folder / "cancelled" / "c.csv").write_text("No\n1\n")

    assert feeds.run("cancel-orders", "--json").counts == {"seen": 1, "done": 1}


def test_all_files_together_are_no_edit_after_the_mapping_changed(feeds: Feeds) -> None:
    ship(feeds, "MUG=2")
    feeds.drop("b.csv", HEADER + ROWS["a row"])
    feeds.run()
    feeds.configure(OWED, "dialect: spreadsheet", parts=CANCELLED)

    assert feeds.run().code == 0
    assert feeds.attention() == []


def test_order_that_lacks_a_line_in_the_newer_file_is_not_sent_in_part(tmp_path: Path) -> None:
    feeds = Feeds(tmp_path)
    feeds.configure(OWED)
    feeds.drop("a.csv", HEADER + "1,MUG,2,Ada\n")
    feeds.drop("b.csv", HEADER + "1,CUP,1,Ada\n")

    assert feeds.run().counts == {"seen": 1, "failed": 1}
    assert feeds.steps()["1#1"]["code"] == "conflict"


def test_cancelled_units_in_files_are_refused(feeds: Feeds) -> None:
    columns = "{order_number: No, sku: SKU, quantity: Qty}"
    feeds.configure(OWED, parts=f"cancellations: {{glob: cancelled, columns: {columns}}}")

    result = feeds.run("config", "check")

    assert result.code == 3
    assert "are not possible together with `quantity_is: owed`" in result.err
