"""`why`: the history of an order, in each situation that is possible."""

from pathlib import Path

import pytest

from tests.support.command import HEADER, ordosync, row, shop
from tests.support.desk import SHIP, TwoAccounts
from tests.support.stories import command, edit, story, texts

REQUEST = ("--line", "MUG=1", "--supplier", "northwind")


def test_01_an_unknown_number_is_reported_with_similar_ones(both: TwoAccounts) -> None:
    result = both.run("why", "1002", "--json")

    assert (result.code, result.out) == (2, "")
    assert "not found: '1002'" in result.err
    assert "did you mean 1001" in result.err


def test_01_an_unknown_number_names_online_only_with_a_remote_account(both: TwoAccounts) -> None:
    without = both.run("why", "1002").err
    (both.folder / "token").write_text("x")
    (both.folder / "token").chmod(0o600)
    both.configure("portals:", "  web: {kind: shopify, shop: a, token: file:token}\nportals:")

    assert "--online" not in without
    assert "--online also asks remote accounts" in both.run("why", "1002").err


def test_02_an_order_that_was_never_read_names_the_next_run(both: TwoAccounts) -> None:
    both.shop("orders", "add", "1002", *REQUEST)

    explanation = story(both.folder, "1002")
    both.run(*command(explanation))

    assert explanation["state"] == "not-read-yet"
    assert texts(explanation) == ["shop: created"]
    assert explanation["next"].startswith("import-orders is due; now: ")
    assert story(both.folder, "1002")["state"] == "imported"


def test_02_a_paused_import_is_named(both: TwoAccounts) -> None:
    both.shop("orders", "add", "1002", *REQUEST)
    both.run("autosync", "off", "import-orders")

    explanation = story(both.folder, "1002")

    assert command(explanation) == ["autosync", "on", "import-orders"]


def test_02_an_import_that_is_off_is_named(both: TwoAccounts) -> None:
    both.shop("orders", "add", "1002", *REQUEST)
    both.configure("    manage", "    tasks: {import-orders: off}\n    manage")

    explanation = story(both.folder, "1002")

    assert "is off, so it does not run automatically" in explanation["next"]


def test_02_an_unreadable_file_may_contain_the_order(tmp_path: Path) -> None:
    shop(tmp_path, b"\xff\xfe\x00")
    ordosync(tmp_path, "import-orders")
    ordosync(tmp_path, "orders", "add", "W-1", "--line", "MUG=1")

    output = ordosync(tmp_path, "why", "1001")

    assert output.code == 2
    assert "it may be in orders.csv, which could not be read; `ordosync attention`" in output.err


def test_03_an_order_requested_from_no_supplier_is_reported(both: TwoAccounts) -> None:
    both.shop("orders", "add", "1002", "--line", "MUG=1")

    explanation = story(both.folder, "1002")
    both.run(*command(explanation))
    both.run(*command(explanation, 1))

    assert explanation["state"] == "not-requested"
    assert explanation["next"].startswith("it is not requested from a supplier: ")
    assert story(both.folder, "1002")["state"] == "not-read-yet"


def test_04_an_order_requested_from_another_supplier_is_reported(both: TwoAccounts) -> None:
    both.shop("orders", "add", "1002", *REQUEST)
    edit(both.folder, "shop.db", "update orders set supplier = 'acme' where number = '1002'")

    explanation = story(both.folder, "1002")

    assert explanation["state"] == "elsewhere"
    assert "shop requested it from acme, not from northwind" in explanation["next"]


def test_05_an_order_placed_before_since_is_reported_and_sent_when_that_changes(
    both: TwoAccounts,
) -> None:
    both.configure("    manage", "    since: 2999-01-01\n    manage")
    both.shop("orders", "add", "1002", *REQUEST)
    both.run("import-orders")

    explanation = story(both.folder, "1002")
    both.configure("    since: 2999-01-01\n", "")
    both.run(*command(explanation, 1))

    assert explanation["state"] == "skipped"
    assert "not imported: was placed before 2999-01-01" in texts(explanation)
    assert story(both.folder, "1002")["supplier"] == "S-1002"


def test_06_an_order_that_a_rule_skipped_is_reported_with_the_rule(both: TwoAccounts) -> None:
    both.configure("    manage", '    products: {skus: ["CUP*"]}\n    manage')
    both.shop("orders", "add", "1002", *REQUEST)
    both.run("import-orders")

    explanation = story(both.folder, "1002")

    assert "not imported: has no line for this Supplier" in texts(explanation)
    assert "`products: skus:`" in explanation["next"]


def test_07_a_refused_order_is_reported_with_the_message_of_the_refusal(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1001", quantity="x"))
    ordosync(tmp_path, "import-orders")

    explanation = story(tmp_path, "1001")
    shop(tmp_path, HEADER + row("1001", quantity="2"))
    ordosync(tmp_path, *command(explanation))

    assert explanation["state"] == "failed"
    [refusal] = [text for text in texts(explanation) if text.startswith("did not send it")]
    assert "orders.csv row 2" in refusal
    assert story(tmp_path, "1001")["state"] == "imported"


@pytest.mark.of_files
def test_08_a_waiting_order_is_reported_with_the_time(both: TwoAccounts) -> None:
    both.shop("orders", "add", "1002", *REQUEST)
    both.run("import-orders")
    edit(both.folder, "ordosync.db", "delete from links where merchant_id = '1002'")
    edit(
        both.folder,
        "ordosync.db",
        "update steps set state = 'waiting', reason = 'HTTP 429', supplier_id = null,"
        " not_before = '2026-11-26T09:00:00.000Z' where merchant_id = '1002'",
    )

    explanation = story(both.folder, "1002")

    assert explanation["state"] == "waiting"
    assert "tried once to send it to northwind: HTTP 429" in texts(explanation)
    assert "retried automatically after 2026-11-26 09:00 UTC" in explanation["next"]


@pytest.mark.parametrize("state", ["sending", "unknown"])
def test_09_an_order_that_may_have_arrived_is_reported_and_can_be_settled(
    both: TwoAccounts, state: str
) -> None:
    edit(
        both.folder,
        "ordosync.db",
        f"update steps set state = '{state}' where merchant_id = '1001'",  # noqa: S608 - a test's
    )

    explanation = story(both.folder, "1001")

    assert explanation["state"] == "unknown"
    assert any("it is unknown whether it arrived" in text for text in texts(explanation))
    assert command(explanation) == ["retry", "1", "--sent", "ID"]


@pytest.mark.parametrize("number", ["1001", "S-1001"])
def test_10_an_imported_order_is_reported_by_either_number(both: TwoAccounts, number: str) -> None:
    explanation = story(both.folder, number)

    assert (explanation["merchant"], explanation["supplier"]) == ("1001", "S-1001")
    assert (explanation["portal"], explanation["state"]) == ("shop-northwind", "imported")
    assert texts(explanation) == [
        "shop: created",
        "imported as order S-1001 of northwind: 2 lines, 3 units",
    ]
    assert command(explanation)[:3] == ["orders", "ship", "S-1001"]


def test_11_a_split_order_is_reported_with_its_pieces(both: TwoAccounts) -> None:
    both.northwind("orders", "split", "S-1001", "--piece", "MUG=2", "--piece", "CUP=1")
    both.northwind("orders", "ship", "S-1001-1", "--carrier", "UPS", "--tracking", "1Z1")

    explanation = story(both.folder, "1001")
    both.northwind("orders", "ship", "S-1001-2", "--carrier", "UPS", "--tracking", "1Z2")

    assert explanation["state"] == "split"
    assert "northwind: split into S-1001-1, S-1001-2" in texts(explanation)
    assert "split mirrored at shop (2 pieces of 2 + 1 units)" in texts(explanation)
    assert "S-1001-1: tracking 1Z1 (UPS, 2 units) was reported to shop" in texts(explanation)
    assert explanation["next"].startswith("piece S-1001-2 (imported): ")
    assert story(both.folder, "1001")["next"] == "nothing: each of its 2 pieces is done"


def test_11_a_piece_has_its_own_explanation(both: TwoAccounts) -> None:
    both.northwind("orders", "split", "S-1001", "--piece", "MUG=2", "--piece", "CUP=1")

    explanation = story(both.folder, "S-1001-2")

    assert (explanation["merchant"], explanation["state"]) == ("1001-2", "imported")
    assert texts(explanation) == ["linked: piece 1001-2 of shop is order S-1001-2 of northwind"]


def test_12_a_shipped_and_reported_order_is_explained(both: TwoAccounts) -> None:
    both.northwind(*SHIP)

    explanation = story(both.folder, "1001")

    assert explanation["state"] == "shipped"
    assert texts(explanation)[-2:] == [
        "northwind: shipped with UPS 1Z9",
        "tracking 1Z9 (UPS, 3 units) was reported to shop",
    ]
    assert [event["at"] for event in explanation["story"]] == sorted(
        event["at"] for event in explanation["story"]
    )


@pytest.mark.of_files
def test_12_a_reported_order_is_explained_after_its_steps_are_pruned(both: TwoAccounts) -> None:
    both.northwind(*SHIP)
    edit(both.folder, "ordosync.db", "delete from steps")

    explanation = story(both.folder, "1001")

    assert explanation["state"] == "shipped"
    assert "tracking 1Z9 was reported to shop" in texts(explanation)


def test_12_a_shipped_but_unreported_order_names_the_task(both: TwoAccounts) -> None:
    edit(both.folder, "northwind.db", "update orders set status = 'shipped'")

    explanation = story(both.folder, "1001")

    assert explanation["state"] == "not-told"
    assert command(explanation) == ["update-tracking", "shop-northwind"]


def test_13_a_refused_tracking_number_is_reported_with_the_message(both: TwoAccounts) -> None:
    both.shop("orders", "cancel", "1001")
    both.northwind(*SHIP)

    explanation = story(both.folder, "1001")

    assert explanation["state"] == "failed"
    assert "tried once to report tracking 1Z9 to shop: order 1001 is cancelled" in texts(
        explanation
    )


@pytest.mark.of_files
def test_13_a_cancellation_that_came_too_late_is_reported(both: TwoAccounts) -> None:
    both.configure("    manage", "    tasks: {cancel-orders: hourly}\n    manage")
    both.shop("orders", "cancel", "1001")
    edit(both.folder, "northwind.db", "update orders set status = 'shipped'")
    both.run("cancel-orders")
    edit(both.folder, "ordosync.db", "update steps set state = 'done' where task = 'cancel-orders'")

    explanation = story(both.folder, "1001")

    assert explanation["state"] == "cancelled-too-late"
    assert command(explanation)[-1] == "--void"


def test_14_an_order_that_the_merchant_cancelled_is_reported_with_the_user(
    both: TwoAccounts,
) -> None:
    both.shop("orders", "cancel", "1001")
    before = story(both.folder, "1001")
    both.run(*command(before))

    explanation = story(both.folder, "1001")

    assert before["state"] == "cancel-not-sent"
    assert explanation["state"] == "cancelled"
    assert texts(explanation)[-2:] == [
        "shop: cancelled",
        "cancelled at northwind, because shop cancelled it",
    ]


def test_15_an_order_that_the_supplier_cancelled_is_reported_with_the_next_command(
    both: TwoAccounts,
) -> None:
    both.northwind("orders", "cancel", "S-1001")

    explanation = story(both.folder, "1001")
    both.run(*command(explanation))

    assert explanation["state"] == "cancelled-by-supplier"
    assert "northwind: cancelled" in texts(explanation)
    assert story(both.folder, "1001")["state"] == "imported"


def test_16_a_label_that_was_voided_is_reported(both: TwoAccounts) -> None:
    both.northwind(*SHIP)
    both.northwind("orders", "ship", "S-1001", "--void")

    explanation = story(both.folder, "1001")

    assert explanation["state"] == "voided"
    assert texts(explanation)[-2:] == [
        "northwind: label 1Z9 voided",
        "void tracking 1Z9 was reported to shop",
    ]


@pytest.mark.of_files
def test_17_an_order_shipped_without_tracking_is_reported(both: TwoAccounts) -> None:
    both.northwind(*SHIP)
    edit(both.folder, "ordosync.db", "delete from links where kind = 'parcel'")
    edit(
        both.folder,
        "ordosync.db",
        "update steps set state = 'skipped', code = 'no-tracking', reason = 'was marked as shipped"
        " without tracking' where task = 'update-tracking'",
    )

    explanation = story(both.folder, "1001")

    assert explanation["state"] == "without-tracking"
    assert "shop has no tracking number: add it to order S-1001 at northwind" in explanation["next"]


def test_18_the_suppliers_own_order_is_distinguished_from_imported_ones(both: TwoAccounts) -> None:
    both.northwind("orders", "add", "W-7", "--line", "MUG=1")

    explanation = story(both.folder, "W-7")

    assert (explanation["state"], explanation["merchant"], explanation["supplier"]) == (
        "own",
        None,
        "W-7",
    )


def test_19_an_order_without_a_link_is_found_by_its_reference(
    both: TwoAccounts,
) -> None:
    (both.folder / "ordosync.db").unlink()

    explanation = story(both.folder, "1001")
    both.run(*command(explanation))

    assert (explanation["state"], explanation["supplier"]) == ("not-linked", "S-1001")
    assert story(both.folder, "1001")["state"] == "imported"


def test_an_order_of_two_portals_is_reported_for_each_and_for_one(both: TwoAccounts) -> None:
    second = "  shop-again:\n    merchant: {account: shop, supplier: acme}\n"
    both.configure("  shop-northwind:", f"{second}    supplier: northwind\n  shop-northwind:")

    all_of_them = both.run("why", "1001", "--json").json["why"]
    none = both.run("why", "1001", "--portal", "nowhere")

    assert [answer["portal"] for answer in all_of_them] == ["shop-northwind"]
    assert story(both.folder, "1001", "--portal", "shop-again")["state"] == "elsewhere"
    assert (none.code, "there is no portal" in none.err) == (2, True)


def test_the_events_are_in_chronological_order(both: TwoAccounts) -> None:
    lines = both.run("why", "1001").out.splitlines()

    assert lines[0] == (
        "1001 at shop (dropshipment requested), S-1001 at northwind (awaiting fulfillment),"
        " portal shop-northwind: imported"
    )
    assert lines[1].endswith("  shop: created")
    assert lines[-1].startswith("next: waiting for northwind to ship it: `ordosync orders ship")


def test_an_order_that_the_supplier_restored_has_the_current_state_of_both_accounts(
    both: TwoAccounts,
) -> None:
    both.shop("orders", "cancel", "1001")
    both.run("cancel-orders")

    restored = both.northwind("orders", "restore", "S-1001")
    head, *_ = both.run("why", "1001").out.splitlines()
    explanation = story(both.folder, "1001")

    assert "the Merchant cancelled this order" in restored.err
    assert head == (
        "1001 at shop (cancelled), S-1001 at northwind (awaiting fulfillment),"
        " portal shop-northwind: restored-by-supplier"
    )
    assert "`ordosync reconcile shop-northwind --fix` cancels it again" in explanation["next"]
    [entry] = both.run("attention", "--json").json["attention"]
    assert (entry["code"], entry["severity"]) == ("supplier-restored", "critical")


def test_an_order_that_both_sides_have_open_names_the_side_to_cancel(both: TwoAccounts) -> None:
    both.shop("orders", "cancel", "1001")
    both.run("cancel-orders")
    both.northwind("orders", "restore", "S-1001")
    both.shop("orders", "restore", "1001")

    explanation = story(both.folder, "1001")

    assert explanation["state"] == "open-on-both-sides"
    assert "cancel it at northwind: `ordosync orders cancel S-1001" in explanation["next"]
    assert both.run("attention").code == 1


def test_a_task_that_the_accounts_do_not_have_is_named_with_the_command_that_says_why(
    tmp_path: Path,
) -> None:
    shop(tmp_path, HEADER + row("1001"))
    ordosync(tmp_path, "import-orders")
    ordosync(tmp_path, "orders", "ship", "1001", *SHIP[3:], "--account", "warehouse")

    explanation = story(tmp_path, "1001")

    assert "update-tracking cannot run" in explanation["next"]
    reason = ordosync(tmp_path, *command(explanation)).err
    assert "needs `tracking:` to receive tracking numbers" in reason
