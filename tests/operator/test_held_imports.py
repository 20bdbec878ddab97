"""Orders that a rule holds before the import, as the operator sees and releases them."""

from pathlib import Path

import pytest

from tests.support.age import age
from tests.support.command import ordosync
from tests.support.desk import TwoAccounts

HOLD = '    hold: {over: 5, countries: [US, NO], po_box: ["UPS*"]}\n'
ADD = ("--line", "MUG=2@9.50", "--currency", "USD", "--country", "US")


FEED = "order,sku,qty,price,country\n1001,ONE,1,9.50,US\n1001,TWO,1,9.50,US\n"
COLUMNS = "{order_number: order, sku: sku, quantity: qty, unit_price: price}"
TWO_SUPPLIERS = f"""
accounts:
  shop: {{kind: files, orders: {{glob: "one.csv", currency: USD, columns: {COLUMNS}}}}}
  one: {{kind: sqlite, path: 1.db}}
  two: {{kind: sqlite, path: 2.db}}
portals:
  shop-one: {{merchant: shop, supplier: one, products: {{skus: [ONE]}}, hold: {{over: 1}}}}
  shop-two: {{merchant: shop, supplier: two, products: {{skus: [TWO]}}, hold: {{over: 1}}}}
"""
REMOTE = f"""
accounts:
  shop: {{kind: files, orders: {{glob: "one.csv", currency: USD, columns: {COLUMNS}}}}}
  northwind:
    kind: files
    order_files: {{folder: out, columns: {{order_number: O, sku: S, quantity: Q}}}}
portals:
  shop-northwind: {{merchant: shop, supplier: northwind, hold: {{over: 1}}}}
"""


@pytest.fixture(name="held")
def _held(tmp_path: Path) -> TwoAccounts:
    """Return two accounts with an order that the portal holds."""
    both = TwoAccounts(tmp_path)
    both.configure("    manage_inventory", HOLD + "    manage_inventory")
    assert both.shop("orders", "add", "1001", *ADD, "--supplier", "northwind").code == 0
    ran = both.run("import-orders", "--json")
    assert (ran.code, ran.counts) == (0, {"seen": 1, "skipped": 1})
    return both


def test_h4_orders_release_sends_a_held_order_with_the_next_import(held: TwoAccounts) -> None:
    released = held.run("orders", "release", "1001", "--json")
    sent = held.run("import-orders", "--json")

    [order] = released.json["released"]
    assert (order["portal"], order["merchant"], order["code"]) == (
        "shop-northwind",
        "1001",
        "hold-value",
    )
    assert sent.counts == {"seen": 1, "done": 1}
    assert held.order("northwind", "S-1001")["number"] == "S-1001"


def test_h4_orders_release_says_what_happens_next(held: TwoAccounts) -> None:
    first, second = (held.run("orders", "release", "1001") for _ in range(2))

    assert (first.code, second.code) == (0, 0)
    assert "order 1001 released: import-orders of portal shop-northwind sends it" in first.err
    assert "order 1001 was released already" in second.err


def test_h4_a_released_order_is_sent_by_the_next_call_of_cron(held: TwoAccounts) -> None:
    held.run("run-due")
    held.run("orders", "release", "1001")

    held.run("run-due")

    assert ("import-orders", "retry", "ok") in held.activity()
    assert held.order("northwind", "S-1001")["number"] == "S-1001"


def test_why_names_the_reason_and_the_command(held: TwoAccounts) -> None:
    held_text = held.run("why", "1001").out
    held.run("orders", "release", "1001")
    released_text = held.run("why", "1001").out

    assert "is worth more than 5 USD" in held_text
    assert "`ordosync orders release 1001`" in held_text
    assert "it was released" in released_text


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("9", "--portal", "shop-northwind"), "portal shop-northwind holds no order 9"),
        (("1001", "--portal", "elsewhere"), "there is no portal 'elsewhere'"),
        (("1001", "--portal", "shop-northwind", "--account", "shop"), "either --portal or"),
        (("9",), "no account has order '9'"),
    ],
)
def test_an_order_that_is_not_held_is_refused(
    held: TwoAccounts, words: tuple[str, ...], message: str
) -> None:
    done = held.run("orders", "release", *words)

    assert (done.code, done.out) == (2, "")
    assert message in done.err


def test_h14_an_order_that_several_portals_hold_is_released_by_portal(tmp_path: Path) -> None:
    both = TwoAccounts(tmp_path)
    for name in ("one", "two"):
        (tmp_path / f"{name}.csv").write_text(FEED)
    (tmp_path / "config.yaml").write_text(TWO_SUPPLIERS)
    both.run("import-orders")

    in_doubt = both.run("orders", "release", "1001")
    released = both.run("orders", "release", "1001", "--portal", "shop-two", "--json")
    sent = both.run("import-orders", "--json")

    assert in_doubt.code == 2
    assert "choose with --portal shop-one or --portal shop-two" in in_doubt.err
    assert [order["portal"] for order in released.json["released"]] == ["shop-two"]
    assert [(run["portal"], run["done"], run["skipped"]) for run in sent.json["runs"]] == [
        ("shop-one", 0, 1),
        ("shop-two", 1, 0),
    ]


def test_an_order_of_remote_accounts_that_is_not_held_is_refused(tmp_path: Path) -> None:
    both = TwoAccounts(tmp_path)
    (tmp_path / "config.yaml").write_text(REMOTE)

    done = both.run("orders", "release", "7")

    assert (done.code, done.err) == (
        2,
        "error: no portal holds order '7' before its import; `ordosync why 7` shows its state\n",
    )


def test_reconcile_does_not_miss_a_held_order_and_does_not_send_it(held: TwoAccounts) -> None:
    found = held.run("reconcile", "--json")
    fixed = held.run("reconcile", "--fix", "--json")

    kinds = {row["kind"] for done in (found, fixed) for row in done.json["differences"]}
    assert kinds <= {"no-product-link"}
    assert held.run("orders", "list", "--account", "northwind", "--json").json["orders"] == []


def test_h17_rebuild_state_links_an_order_that_a_rule_would_hold(held: TwoAccounts) -> None:
    held.run("orders", "release", "1001")
    held.run("import-orders")
    (held.folder / "ordosync.db").unlink()

    rebuilt = held.run("rebuild-state")
    ran = held.run("import-orders", "--json")

    assert rebuilt.code == 0
    assert ran.counts == {"seen": 1, "unchanged": 1}
    assert held.run("orders", "list", "--account", "northwind").out.count("S-1001") == 1


def test_an_order_that_was_sent_after_the_backup_is_linked_although_it_was_held_then(
    tmp_path: Path,
) -> None:
    both = TwoAccounts(tmp_path)
    both.configure("    manage_inventory", "    hold: {age: 6d}\n    manage_inventory")
    both.shop("orders", "add", "1001", *ADD, "--supplier", "northwind")
    both.run("import-orders")
    both.run("backup", "backup.db")
    both.run("orders", "release", "1001")
    both.run("import-orders")

    assert both.run("restore", "backup.db", "--yes").code == 0
    ran = both.run("import-orders", "--json")

    assert ran.counts == {"seen": 1, "unchanged": 1}
    assert "imported as order S-1001" in both.run("why", "1001").out
    assert len(both.run("orders", "list", "--account", "northwind", "--json").json["orders"]) == 1


def test_h18_a_dry_run_says_that_it_would_hold_the_order(held: TwoAccounts) -> None:
    held.shop("orders", "add", "1002", *ADD, "--supplier", "northwind")

    text = held.run("import-orders", "--dry-run")
    [plan] = held.run("import-orders", "--dry-run", "--json").json["plans"]

    assert "hold 1002#1: is worth more than 5 USD" in text.out
    assert "total: 2 to hold" in text.out
    assert {step["state"] for step in plan["steps"]} == {"held"}
    assert text.code == 0


def test_an_order_that_was_released_in_a_dry_run_stays_held(held: TwoAccounts) -> None:
    assert held.run("orders", "release", "1001", "--dry-run").code == 0

    assert held.run("import-orders", "--json").counts == {"seen": 1, "skipped": 1}


def test_a_held_order_that_is_dismissed_is_never_sent_until_that_is_undone(
    held: TwoAccounts,
) -> None:
    held.configure("over: 5", "longest: 1h, over: 5")
    age(held.folder, "update steps set created_at = '2026-01-01T00:00:00.000Z'")
    entries = held.run("attention", "--json").json["attention"]

    dismissed = held.run("dismiss", "1001")
    held.run("import-orders")
    undone = held.run("dismiss", "1001", "--undo")
    held.run("import-orders")

    assert [(entry["code"], entry["settle"]) for entry in entries] == [
        ("hold-value", "ordosync orders release 1001")
    ]
    assert (dismissed.code, undone.code) == (0, 0)
    assert "is worth more than 5 USD" in held.run("why", "1001").out


def test_a_dismissed_order_is_held_again_by_a_retry_and_sent_by_a_release_as_why_says(
    held: TwoAccounts,
) -> None:
    held.configure("over: 5", "longest: 1h, over: 5")
    age(held.folder, "update steps set created_at = '2026-01-01T00:00:00.000Z'")
    [entry] = held.run("attention", "--json").json["attention"]
    held.run("dismiss", "1001")

    dismissed_text = held.run("why", "1001").out
    retried = held.run("retry", str(entry["step"]), "--json")
    held_text = held.run("why", "1001").out
    held.run("orders", "release", "1001")
    sent = held.run("import-orders", "--json")

    assert f"to send it nevertheless: `ordosync retry {entry['step']}` and" in dismissed_text
    assert "if it is held again, `ordosync orders release 1001`" in dismissed_text
    assert retried.counts == {"seen": 1, "skipped": 1}
    assert "to send it now: `ordosync orders release 1001`" in held_text
    assert sent.counts == {"seen": 1, "done": 1}


def test_a_held_order_is_judged_again_by_the_tags_of_orders_edit(tmp_path: Path) -> None:
    both = TwoAccounts(tmp_path)
    tags = "    hold: {tags: {hold: [fraud-check], release: [ok]}, age: 7d, longest: 8d}\n"
    both.configure("    manage_inventory", tags + "    manage_inventory")
    words = (*ADD, "--supplier", "northwind", "--tag", "Fraud-check", "--tag", "OK")
    assert both.shop("orders", "add", "1001", *words).code == 0
    assert both.shop("orders", "add", "1002", *words[:-2]).code == 0
    first = both.run("import-orders", "--json")

    both.shop("orders", "edit", "1002", "--untag", "fraud-check")
    by_age = both.run("import-orders", "--json")
    why = both.run("why", "1002").out
    both.shop("orders", "edit", "1002", "--tag", "ok")
    released = both.run("import-orders", "--json")
    both.shop("orders", "edit", "1001", "--tag", "later")
    after = both.run("import-orders", "--json")

    assert (first.json["runs"][0]["done"], first.json["runs"][0]["skipped"]) == (1, 1)
    assert by_age.json["runs"][0]["skipped"] == 1
    assert "was placed less than 7d ago" in why
    assert released.json["runs"][0]["done"] == 1
    # The tags of an order that was sent are no edit of it.
    assert (after.code, after.json["runs"][0]["failed"]) == (0, 0)


@pytest.mark.parametrize(
    ("tasks", "warning"),
    [
        ("import-orders: hourly", "an order may be sent up to 90m after it was placed"),
        ("import-orders: 10-minutes", ""),
        ("import-orders: off", ""),
    ],
)
def test_h13_config_check_says_how_late_an_order_may_be(
    tmp_path: Path, tasks: str, warning: str
) -> None:
    both = TwoAccounts(tmp_path)
    both.configure("    manage_inventory: true", f"    hold: {{age: 30m}}\n    tasks: {{{tasks}}}")

    checked = ordosync(tmp_path, "config", "check")

    assert checked.code == 0
    assert warning in checked.out + checked.err
    assert ("`age: 30m`" in checked.out + checked.err) == bool(warning)
