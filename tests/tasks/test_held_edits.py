"""Orders that are held because the Merchant edited them after they were sent."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.command import ordosync
from tests.tasks.editing import (
    CANARIES,
    METHOD,
    OLD_STREET,
    STREET,
    TASK,
    configure,
    edit,
    sent,
    stored_edit,
)
from tests.tasks.portal import Pair, parcel, remarks

HOLD = "edits: {address: hold}"


def ship(pair: Pair) -> str:
    [outcome] = pair.northwind.ship([parcel("1001")])
    return f"{outcome.state} {outcome.code}".strip()


@pytest.fixture(name="held")
def _held(tmp_path: Path) -> Pair:
    pair = sent(tmp_path, HOLD)
    edit(pair, STREET)
    pair.run(TASK)
    return pair


def test_held_order_is_not_shipped_and_both_timelines_say_so(held: Pair) -> None:
    row = stored_edit(held)
    said = [remarks(held.shop, "1001")[-1], remarks(held.northwind, "1001")[-1], row.reason or ""]

    assert (row.state, row.code, ship(held)) == ("failed", "edit-held", "refused held")
    assert ["held" in text for text in said] == [True] * 3
    assert not any(word in text for word in CANARIES for text in said)
    assert held.supplied("1001").ship_to.street1 == "12 Square"


def test_order_is_held_once(held: Pair) -> None:
    edit(held)

    assert held.run(TASK).steps == ()
    assert sum(text.startswith("Held") for text in remarks(held.northwind, "1001")) == 1


def test_e6_hold_ends_when_the_edit_is_taken_back(held: Pair) -> None:
    edit(held, OLD_STREET)

    ran = held.run(TASK)

    assert (ran.step.state, ran.step.code, ship(held)) == ("done", "taken-back", "done")


@pytest.mark.parametrize("command", ["keep", "dismiss"])
def test_hold_ends_when_the_edit_is_kept(held: Pair, command: str) -> None:
    words = ("edits", "keep", "1001") if command == "keep" else ("dismiss", "1001")
    kept = ordosync(held.folder, *words)

    assert (kept.code, held.failed(TASK), ship(held)) == (0, [], "done")


def test_hold_begins_again_when_the_dismissal_is_undone(held: Pair) -> None:
    key = str(stored_edit(held).id)
    ordosync(held.folder, "dismiss", key)
    ordosync(held.folder, "dismiss", key, "--undo")

    held.run(TASK)

    assert (stored_edit(held).code, ship(held)) == ("edit-held", "refused held")


def test_hold_ends_when_the_edit_is_applied(held: Pair) -> None:
    applied = ordosync(held.folder, "edits", "apply", "1001")

    assert (applied.code, held.failed(TASK)) == (0, [])
    assert (held.supplied("1001").ship_to.street1, ship(held)) == ("7 Canary Lane", "done")


def test_policy_that_becomes_apply_applies_the_edit_and_ends_the_hold(held: Pair) -> None:
    configure(held, "edits: {address: apply}")
    edit(held, METHOD)

    ran = held.run(TASK)

    assert (ran.step.code, ship(held)) == ("edited", "done")
    assert held.supplied("1001").ship_to.street1 == "7 Canary Lane"


def test_desk_refuses_in_one_line_that_names_the_way_out(held: Pair) -> None:
    words = ("--carrier", "UPS", "--tracking", "1Z1", "--account", "northwind")
    refused = ordosync(held.folder, "orders", "ship", "1001", *words)
    released = ordosync(held.folder, "orders", "release", "1001", "--account", "northwind")
    shipped = ordosync(held.folder, "orders", "ship", "1001", *words)

    assert (refused.code, refused.err.count("\n")) == (1, 1)
    assert "`ordosync orders release 1001`" in refused.err
    assert (released.code, shipped.code) == (0, 0)
    assert "released" in released.err


def test_rows_of_a_file_with_a_held_order_are_shipped_without_it(held: Pair) -> None:
    held.imported("1002")
    rows = held.folder / "parcels.csv"
    rows.write_text("number,carrier,tracking\n1001,UPS,1Z1\n1002,UPS,1Z2\n")

    ran = ordosync(held.folder, "orders", "ship", "--from", str(rows), "--account", "northwind")

    assert (ran.code, held.supplied("1001").status) == (1, "awaiting_fulfillment")
    assert held.supplied("1002").status == "shipped"
    assert "is held" in (held.folder / "parcels.refused.csv").read_text()


def test_pieces_of_a_held_order_are_held_and_released_with_it(held: Pair) -> None:
    pieces = held.split("1001", (1,), (1,))
    before = [held.northwind.ship([parcel(number)])[0].code for number in pieces]

    ordosync(held.folder, "edits", "keep", "1001")

    after = [held.northwind.ship([parcel(n, f"1Z{n}")])[0].state for n in pieces]
    assert (before, after) == (["held", "held"], ["done", "done"])


def test_order_of_a_group_that_is_only_reported_is_not_held(tmp_path: Path) -> None:
    pair = sent(tmp_path, HOLD)
    edit(pair, METHOD)
    pair.run(TASK)

    assert (stored_edit(pair).code, ship(pair)) == ("edited", "done")


def test_e11_after_the_time_since_the_import_the_order_is_not_held(tmp_path: Path) -> None:
    pair = sent(tmp_path, "edits: {address: hold, until: 2h}")
    pair.clock.at += timedelta(hours=3)
    edit(pair, STREET)

    assert (pair.run(TASK).step.code, ship(pair)) == ("too-late-to-apply", "done")


def test_e31_reported_edit_is_held_once_the_policy_says_so(tmp_path: Path) -> None:
    pair = sent(tmp_path)
    edit(pair, STREET)
    pair.run(TASK)
    configure(pair, HOLD)

    assert (pair.run(TASK).step.code, ship(pair)) == ("edit-held", "refused held")


def test_lists_and_slips_mark_a_held_order(held: Pair) -> None:
    held.imported("1002")
    at = ("--account", "northwind")

    listed = ordosync(held.folder, "orders", "list", *at)
    documents = ordosync(held.folder, "orders", "list", "--json", *at).json["orders"]
    shown = ordosync(held.folder, "orders", "show", "1001", *at)
    [picked] = ordosync(held.folder, "orders", "pick", "--json", *at).json["pick"]
    pick = ordosync(held.folder, "orders", "pick", *at)
    slips = ordosync(held.folder, "orders", "slips", "--csv", *at)
    ordosync(held.folder, "orders", "slips", "--html", "slips.html", *at)

    assert listed.out.count("awaiting fulfillment (held)") == 1
    assert [(of["number"], of["held"]) for of in documents] == [("1001", True), ("1002", False)]
    assert "awaiting fulfillment (held)" in shown.out
    assert (picked["order_numbers"], picked["held_orders"]) == (["1001", "1002"], ["1001"])
    assert "1001 (2) held, 1002" in pick.out
    assert [row.rpartition(",")[2] for row in slips.out.splitlines()][-2:] == ["yes", "no"]
    assert (held.folder / "slips.html").read_text().count("Held: do not ship") == 1
