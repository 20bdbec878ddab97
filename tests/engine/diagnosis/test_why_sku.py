"""`why` of a product: its import, the quantity written last, and why it is not written again."""

import re
from collections.abc import Sequence

import pytest

from tests.support.desk import TwoAccounts
from tests.support.stories import command, edit, story, texts


@pytest.fixture(name="mug")
def _mug(both: TwoAccounts) -> TwoAccounts:
    """Return two accounts with a product that was imported and never counted."""
    assert both.run("import-products").code == 0
    return both


def count(both: TwoAccounts, sku: str = "MUG", quantity: int = 7) -> None:
    assert both.northwind("stock", "set", sku, str(quantity)).code == 0


def test_a_product_that_was_never_imported_names_the_task(both: TwoAccounts) -> None:
    count(both)

    explanation = story(both.folder, "MUG")
    both.run(*command(explanation))

    assert explanation["state"] == "not-imported"
    assert "northwind: 5 available: 7 on hand minus 2 for open orders" in texts(explanation)
    assert story(both.folder, "MUG")["state"] == "differs"


def test_a_product_that_was_never_counted_is_reported(mug: TwoAccounts) -> None:
    explanation = story(mug.folder, "MUG")

    assert (explanation["state"], explanation["merchant"], explanation["supplier"]) == (
        "unset",
        "MUG",
        "MUG",
    )
    assert "northwind: no quantity was set" in texts(explanation)
    assert command(explanation) == ["stock", "set", "MUG", "QTY", "--account", "northwind"]


def test_the_quantity_that_was_written_last_is_reported(mug: TwoAccounts) -> None:
    count(mug)
    mug.run("write-inventory-back")

    explanation = story(mug.folder, "MUG")

    assert explanation["state"] == "in-step"
    assert texts(explanation) == [
        "imported as product MUG of northwind",
        "quantity unset → 5 written to shop",
        "northwind: 5 available: 7 on hand minus 2 for open orders",
        "shop: shows 5",
    ]
    assert [bool(event["at"]) for event in explanation["story"]] == [True, True, False, False]


def test_a_quantity_that_differs_names_the_next_run(mug: TwoAccounts) -> None:
    count(mug)

    explanation = story(mug.folder, "MUG")
    mug.run(*command(explanation))

    assert explanation["state"] == "differs"
    assert story(mug.folder, "MUG")["state"] == "in-step"


def test_an_oversold_product_is_reported_with_the_real_quantity(mug: TwoAccounts) -> None:
    count(mug, quantity=1)
    mug.shop("stock", "set", "MUG", "9")
    mug.run("write-inventory-back", "--force")

    explanation = story(mug.folder, "MUG")
    written = "quantity 9 → 0 written to shop (was set to 0, but is -1)"
    assert written in texts(explanation)
    assert (explanation["state"], explanation["next"]) == (
        "oversold",
        "northwind must count it again, or orders must be cancelled; until then shop shows 0",
    )


@pytest.mark.of_files
def test_a_quantity_that_was_refused_three_times_is_suspended(mug: TwoAccounts) -> None:
    count(mug)
    mug.run("write-inventory-back")
    edit(
        mug.folder,
        "ordosync.db",
        "update steps set state = 'failed', attempts = 3, reason = 'HTTP 422'"
        " where task = 'write-inventory-back' and key = 'MUG'",
    )

    explanation = story(mug.folder, "MUG")

    assert explanation["state"] == "suspended"
    assert "quantity 5 was refused by shop 3 times and is now suspended: HTTP 422" in texts(
        explanation
    )
    assert command(explanation)[0] == "retry"


def test_a_kit_is_shown_as_one(mug: TwoAccounts) -> None:
    mug.shop("products", "add", "SET", "--kit", "MUG=2")
    mug.run("import-products")
    mug.run("write-inventory-back")

    explanation = story(mug.folder, "SET")

    assert explanation["state"] == "kit"
    assert any("it is a kit" in text for text in texts(explanation))


def test_a_product_of_another_supplier_is_reported(mug: TwoAccounts) -> None:
    edit(mug.folder, "shop.db", "update products set supplier = 'acme' where sku = 'MUG'")

    explanation = story(mug.folder, "MUG")

    assert explanation["state"] == "unassigned"
    assert "another supplier, not to northwind" in explanation["next"]


def test_a_portal_that_only_ships_writes_nothing(mug: TwoAccounts) -> None:
    mug.configure("    manage_inventory: true\n", "")

    assert story(mug.folder, "MUG")["state"] == "shipping-only"


def test_an_order_and_a_product_of_the_same_name_are_both_reported(mug: TwoAccounts) -> None:
    mug.imported("MUG")

    explanations = mug.run("why", "MUG", "--json").json["why"]

    assert [explanation["state"] for explanation in explanations] == ["imported", "unset"]


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_an_unknown_word_exits_2_without_standard_output(
    mug: TwoAccounts, words: Sequence[str]
) -> None:
    result = mug.run("why", "MUGS", *words)

    assert (result.code, result.out) == (2, "")
    assert "did you mean MUG?" in result.err


def test_the_rule_of_a_quantity_names_the_level_of_each_word(mug: TwoAccounts) -> None:
    (mug.folder / "rules.csv").write_text("sku,buffer,maximum\nMUG,,3\nM*,1,\n")
    mug.configure(
        "    manage_inventory: true\n",
        "    manage_inventory: true\n    stock: {zero_below: 2, skus: rules.csv}\n",
    )
    count(mug)

    before = story(mug.folder, "MUG")
    mug.run("write-inventory-back")
    after = story(mug.folder, "MUG")

    rule = (
        "5 at the Supplier, 1 kept back, at most 3, 3 shown; its rule: buffer 1 of row 3 of"
        " rules.csv (M*), zero_below 2 of portal shop-northwind, maximum 3 of row 2 of rules.csv"
        " (MUG)"
    )
    assert rule in texts(before)
    assert (before["state"], after["state"]) == ("differs", "in-step")
    assert after["next"] == "nothing: shop shows the right quantity"
    assert "quantity unset → 3 written to shop" in " ".join(texts(after))


def test_a_stop_is_reported_with_its_reason_its_note_and_its_time(mug: TwoAccounts) -> None:
    words = ("stop", "MUG", "--portal", "shop-northwind", "--note", "recalled", "--for", "7d")
    assert mug.run("stock", *words).code == 0

    before = story(mug.folder, "MUG")
    mug.run("write-inventory-back")
    after = story(mug.folder, "MUG")

    [stop] = [event for event in before["story"] if event["text"].startswith("stop")]
    assert stop["at"] is not None
    assert re.fullmatch(
        r"stop: stopped by an operator \(recalled\) until [0-9-]{10} [0-9:]{5} UTC;"
        r" `ordosync stock resume MUG` sells it again",
        stop["text"],
    )
    assert before["state"] == "differs"
    assert (after["state"], after["next"]) == ("in-step", "nothing: shop shows the right quantity")
    assert "not counted at the Supplier, stopped by an operator, 0 shown" in texts(after)


def test_a_wrong_file_of_rules_is_reported(mug: TwoAccounts) -> None:
    mug.configure(
        "    manage_inventory: true\n",
        "    manage_inventory: true\n    stock: {skus: rules.csv}\n",
    )
    count(mug)

    explanation = story(mug.folder, "MUG")

    assert any("rules.csv: No such file or directory" in text for text in texts(explanation))
