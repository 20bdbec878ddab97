"""`orders short`, `orders cancel --reason` and `orders unflag` at the desks of both accounts."""

import pytest

from tests.support.desk import TwoAccounts

FOR_NORTHWIND = ("--supplier", "northwind")
SHORT = ("orders", "short", "S-1001", "--line", "MUG=1", "--reason", "out-of-stock")


def comments(both: TwoAccounts) -> list[str]:
    """Return the reports on the Merchant's order."""
    [order] = both.shop("orders", "show", "1001", "--json").json["orders"]
    texts = [entry["text"] for entry in order["timeline"]]
    return [text for text in texts if text.startswith("The Supplier")]


def test_short_units_are_cancelled_and_reported_at_once(both: TwoAccounts) -> None:
    result = both.northwind(*SHORT)

    assert result.code == 0
    assert "order S-1001 has 1 MUG cancelled" in result.err
    assert comments(both) == ["The Supplier cannot send 1 of MUG: out of stock"]


def test_units_that_come_later_stay_open(both: TwoAccounts) -> None:
    result = both.northwind(*SHORT, "--later", "2026-12-10")
    again = both.northwind(*SHORT, "--later", "2026-12-10")

    assert "sends 1 MUG later on 2026-12-10" in result.err
    assert (again.code, "has these units already" in again.err) == (0, True)
    assert "expected on 2026-12-10" in comments(both)[0]
    [order] = both.northwind("orders", "show", "S-1001", "--json").json["orders"]
    assert [line["cancelled"] for line in order["lines"]] == [0, 0]


def test_s15_missing_components_make_as_many_kits_short_as_need_them(both: TwoAccounts) -> None:
    for account in (both.shop, both.northwind):
        account("products", "add", "BOX", "--kit", "MUG=3")
    both.shop("orders", "add", "1002", "--line", "BOX=5", *FOR_NORTHWIND)
    both.run("import-orders")

    result = both.northwind(
        *("orders", "short", "S-1002", "--line", "MUG=4", "--reason", "out-of-stock")
    )

    [order] = both.shop("orders", "show", "1002", "--json").json["orders"]
    assert result.code == 0
    assert "order S-1002 has 2 BOX cancelled" in result.err
    assert order["timeline"][-1]["text"] == "The Supplier cannot send 2 of BOX: out of stock"


def test_s15_component_of_several_kits_is_refused_with_the_lines(both: TwoAccounts) -> None:
    for sku in ("BOX", "SET"):
        both.northwind("products", "add", sku, "--kit", "MUG=3")
    both.shop("orders", "add", "1002", "--line", "BOX=1", "--line", "SET=1", *FOR_NORTHWIND)
    both.run("import-orders")

    result = both.northwind(
        *("orders", "short", "S-1002", "--line", "MUG=1", "--reason", "out-of-stock")
    )

    assert result.code == 2
    assert "has no line MUG; it has BOX=1 (#" in result.err


def test_s6_more_units_than_are_open_are_refused_at_the_desk(both: TwoAccounts) -> None:
    result = both.northwind("orders", "short", "S-1001", "--line", "MUG=9", "--reason", "other")

    assert (result.code, comments(both)) == (1, [])
    assert "has 2 of MUG to ship, not 9" in result.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--reason", "sold-out"), "is not a reason; known: out-of-stock"),
        (("--reason", "other", "--later", "soon"), "is not a day"),
        (("--reason", "other", "--note", "x" * 201), "at most 200 characters"),
    ],
)
def test_wrong_options_are_refused(both: TwoAccounts, words: tuple[str, ...], said: str) -> None:
    result = both.northwind("orders", "short", "S-1001", "--line", "MUG=1", *words)

    assert (result.code, comments(both)) == (2, [])
    assert said in result.err


def test_cancelled_order_is_reported_with_its_reason_by_the_next_call_of_cron(
    both: TwoAccounts,
) -> None:
    cancelled = both.northwind("orders", "cancel", "S-1001", "--reason", "discontinued")

    both.run("run-due")

    assert cancelled.code == 0
    assert comments(both) == [
        "The Supplier cancelled this order, and sends nothing of it: discontinued"
    ]
    entries = both.run("attention", "--json").json["attention"]
    codes = [entry["code"] for entry in entries if entry["merchant"] == "1001"]
    assert codes == ["supplier-cancelled"]


def test_unknown_reason_of_a_cancellation_is_refused(both: TwoAccounts) -> None:
    result = both.northwind("orders", "cancel", "S-1001", "--reason", "sold-out")

    assert (result.code, "is not a reason; known: out-of-stock" in result.err) == (2, True)


def test_flag_of_a_held_order_is_shown_and_cleared(both: TwoAccounts) -> None:
    both.configure("    manage_inventory", "    shortages: {hold: true}\n    manage_inventory")
    both.northwind(*SHORT)

    shown = both.shop("orders", "show", "1001").out
    cleared = both.shop("orders", "unflag", "1001")
    again = both.shop("orders", "unflag", "1001")

    assert "flagged: The Supplier cannot send 1 of MUG" in " ".join(shown.split())
    assert (cleared.code, "is not flagged any more" in cleared.err) == (0, True)
    assert "was not flagged" in again.err
    [order] = both.shop("orders", "show", "1001", "--json").json["orders"]
    assert order["attention"] is None
