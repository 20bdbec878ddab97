"""Edits of orders that were sent, by group; each rule of the specification by its number."""

import stat
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from ordosync.config import load_config
from ordosync.embedded import cancellations
from ordosync.engine.diagnosis.dismissal import dismiss, undo
from ordosync.errors import ConfigError
from ordosync.models import Address, ParcelLine
from ordosync.store import Store
from ordosync.store.step_rows import StepRow
from ordosync.tasks import TASKS
from ordosync.tasks.base import Portal, Result, Step
from ordosync.tasks.edits.carried import groups_of
from tests.support.command import ordosync
from tests.support.runs import previewed
from tests.tasks.portal import CONFIG, SUPPLIER, Pair, line, order, remarks, succeeded

TASK = "import-orders"
ALL_SENT = "[ship_to_email, ship_to_phone, bill_to_address, bill_to_email, customer_notes]"
STREET = "update orders set ship_to = json_set(ship_to, '$.street1', '7 Canary Lane')"
MAIL = "update orders set ship_to = json_set(ship_to, '$.email', 'canaria@example.org')"
BILL_TO = "update orders set bill_to = json_set(ship_to, '$.name', 'Canaria Birdsong')"
LINES = "update order_lines set quantity = 5 where sku = 'MUG'"
METHOD = "update orders set shipping_method = 'Express'"
NOTES = "update orders set customer_notes = 'Mrs Canary next door'"
CHANGES = {
    "address": STREET,
    "contact": MAIL,
    "lines": LINES,
    "method": METHOD,
    "notes": NOTES,
}
WORDS = ("Canary", "canaria", "Birdsong")


def configured(folder: Path, *options: str) -> Pair:
    lines = "".join(f"    {option}\n" for option in options)
    return Pair(folder, CONFIG.replace("    manage_inventory: true\n", lines, 1))


def configure(pair: Pair, *options: str) -> None:
    lines = "".join(f"    {option}\n" for option in options)
    pair.path.write_text(CONFIG.replace("    manage_inventory: true\n", lines, 1))


def edit(pair: Pair, *statements: str, number: str = "1001") -> None:
    """Edit an order at the Merchant, and mark it as changed, so that it is read again."""
    for statement in statements:
        pair.sql("shop", statement)
    succeeded(pair.shop.request(number, SUPPLIER))


def stored_edit(pair: Pair) -> StepRow:
    with Store.open(load_config(pair.path).database) as store:
        return store.steps.by_key("shop-northwind", TASK, ["1001#1:edit"])["1001#1:edit"]


def cancel_a_unit(pair: Pair) -> None:
    [bought] = pair.merchant("1001").lines
    units = [ParcelLine(line_id=bought.id, quantity=1, sku=bought.sku)]
    with pair.shop.file.writing("cancel a unit") as db:
        succeeded(cancellations.cancel_units(db, "1001", units, actor="desk"))


def key_file(pair: Pair) -> Path:
    return load_config(pair.path).database.key_file


# Groups, digests and policies.


@pytest.mark.parametrize("group", CHANGES)
def test_each_group_is_named_on_both_timelines_and_no_value(tmp_path: Path, group: str) -> None:
    pair = configured(tmp_path, f"send: {ALL_SENT}", "edits: {notes: notify}")
    pair.imported("1001", line("MUG", 2))
    edit(pair, CHANGES[group])

    ran = pair.run(TASK)

    said = [ran.step.reason or "", remarks(pair.shop, "1001")[-1]]
    said.append(remarks(pair.northwind, "1001")[-1])
    assert (ran.step.state, ran.step.code) == ("failed", "edited")
    assert groups_of(stored_edit(pair).content) == (group,)
    assert [f"({group})" in text for text in said] == [True] * 3
    assert not any(word in text for word in WORDS for text in said)


@pytest.mark.parametrize("group", ["address", "lines", "method", "notes"])
def test_ignored_group_is_no_edit_and_the_others_are(tmp_path: Path, group: str) -> None:
    pair = configured(tmp_path, f"send: {ALL_SENT}", f"edits: {{notes: notify, {group}: ignore}}")
    if group == "notes":
        configure(pair, f"send: {ALL_SENT}")
    pair.imported("1001", line("MUG", 2))
    edit(pair, CHANGES[group], *([MAIL, BILL_TO] if group == "address" else []))

    ignored = pair.run(TASK)
    other = "method" if group != "method" else "lines"
    edit(pair, CHANGES[other])
    noticed = pair.run(TASK)

    assert (ignored.counts, ignored.steps) == ({"unchanged": 1}, ())
    assert f"({other})" in (noticed.step.reason or "")


def test_group_that_is_ignored_no_more_is_compared_with_what_was_read_then(tmp_path: Path) -> None:
    pair = configured(tmp_path, f"send: {ALL_SENT}")
    pair.imported("1001")
    edit(pair, NOTES)
    pair.run(TASK)
    configure(pair, f"send: {ALL_SENT}", "edits: {notes: notify}")
    edit(pair)

    switched = pair.run(TASK)
    edit(pair, "update orders set customer_notes = 'leave it'")
    noticed = pair.run(TASK)

    assert switched.steps == ()
    assert "(notes)" in (noticed.step.reason or "")


def test_open_edit_of_a_group_that_is_ignored_now_is_settled(tmp_path: Path) -> None:
    pair = configured(tmp_path)
    pair.imported("1001")
    edit(pair, METHOD)
    pair.run(TASK)
    configure(pair, "edits: {method: ignore}")
    edit(pair)

    ran = pair.run(TASK)

    assert (ran.step.state, ran.step.code) == ("done", "ignored")
    assert pair.failed(TASK) == []


@pytest.mark.of_files
def test_the_key_is_16_bytes_that_only_the_owner_reads_and_is_in_no_backup(pair: Pair) -> None:
    pair.imported("1001")
    key = key_file(pair)

    ordosync(pair.folder, "backup", "copy.db")

    content = key.read_bytes()
    assert (len(content), stat.S_IMODE(key.stat().st_mode)) == (16, 0o600)
    holding = [path for path in pair.folder.rglob("*") if content in path.read_bytes()]
    assert holding == [key]
    assert [path.name for path in pair.folder.glob(".*.tmp")] == []


def test_digests_move_from_the_step_to_the_link(pair: Pair) -> None:
    pair.imported("1001")

    with Store.open(load_config(pair.path).database) as store:
        [row] = store.steps.by_key("shop-northwind", TASK, ["1001#1"]).values()

    digests = pair.link("1001").digests or ""
    assert row.digests is None
    assert len(digests.partition(":")[2]) == 90


@pytest.mark.of_files
@pytest.mark.parametrize("lost", ["key", "send", "digests"])
def test_what_cannot_be_compared_is_no_edit_and_is_known_afterwards(pair: Pair, lost: str) -> None:
    pair.imported("1001", line("MUG", 2))
    if lost == "key":
        key_file(pair).unlink()
    elif lost == "send":
        configure(pair, f"send: {ALL_SENT}")
    else:
        pair.of_store("update links set digests = null")
    edit(pair, STREET)

    first = pair.run(TASK)
    edit(pair, LINES)
    second = pair.run(TASK)

    assert (first.counts, first.steps) == ({"unchanged": 1}, ())
    assert "(lines)" in (second.step.reason or "")


def test_orders_read_again_unchanged_make_no_step_and_no_write(pair: Pair) -> None:
    for number in range(1001, 1011):
        pair.request(str(number))
    pair.run(TASK)
    with Store.open(load_config(pair.path).database) as store:
        before = list(store.steps.by_key("shop-northwind", TASK, ["1001#1", "1010#1"]).values())
    links = pair.link("1001")
    for number in range(1001, 1011):
        succeeded(pair.shop.request(str(number), SUPPLIER))

    ran = pair.run(TASK)

    with Store.open(load_config(pair.path).database) as store:
        after = list(store.steps.by_key("shop-northwind", TASK, ["1001#1", "1010#1"]).values())
    assert (ran.counts, ran.steps, after) == ({"unchanged": 10}, (), before)
    assert pair.link("1001") == links


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "{address: tell}",
            'edits.address: "tell" is not possible here; choose notify, hold, apply or ignore',
        ),
        ("{until: soon}", 'edits.until: "soon" is not possible here; write label, 30m, 2h or 1d'),
        ("{adress: notify}", "edits.adress: unknown option; did you mean address?"),
        ("notify", "edits: expected options (name: value), not a single value"),
    ],
)
def test_wrong_policy_is_refused_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    pair = configured(tmp_path, f"edits: {text}")

    with pytest.raises(ConfigError) as refused:
        load_config(pair.path)

    assert f"line 10: portals.shop-northwind.{said}" in str(refused.value)


# Rules.


def test_e1_order_that_was_not_sent_is_read_again_and_has_no_edit(pair: Pair) -> None:
    nowhere = Address(name="Ada", country="GB")
    succeeded(pair.shop.add_order(order("1001", ship_to=nowhere), supplier=SUPPLIER))
    pair.sql("shop", "update orders set placed_at = '2020-02-03T04:05:06+00:00'")
    edit(pair, STREET)

    ran = pair.run(TASK)

    assert (ran.counts, pair.supplied("1001").ship_to.street1) == ({"done": 1}, "7 Canary Lane")


def test_e2_edit_while_the_order_is_written_is_noticed_by_the_next_read(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = TASKS[TASK]

    def edited_first(portal: Portal, steps: Sequence[Step], *, look_first: bool) -> list[Result]:
        edit(pair, STREET)
        return task.apply(portal, steps, look_first=look_first)

    monkeypatch.setitem(TASKS, TASK, replace(task, apply=edited_first))
    pair.request("1001")
    pair.run(TASK)
    monkeypatch.undo()

    ran = pair.run(TASK)

    assert "(address)" in (ran.step.reason or "")
    assert pair.supplied("1001").ship_to.street1 == "12 Square"


def test_e3_order_of_unknown_outcome_that_was_edited_meanwhile_is_compared_as_it_was_sent(
    pair: Pair,
) -> None:
    pair.imported("1001", line("MUG", 2))
    sent = pair.link("1001").digests
    pair.of_store(
        "update steps set state = 'sending', supplier_id = null,"
        " digests = (select digests from links where kind = 'order')"
    )
    pair.of_store("delete from links")
    edit(pair, STREET)

    ran = pair.run(TASK)

    assert [(row.state, row.code) for row in ran.steps] == [("done", None), ("failed", "edited")]
    assert "(address)" in (ran.steps[1].reason or "")
    assert pair.link("1001").digests == sent
    assert len([*pair.northwind.list_orders()]) == 1


def test_e4_several_groups_make_one_step_and_one_remark(tmp_path: Path) -> None:
    pair = configured(tmp_path, f"send: {ALL_SENT}")
    pair.imported("1001", line("MUG", 2))
    edit(pair, STREET, MAIL, LINES, NOTES)

    ran = pair.run(TASK)

    # Notes are ignored by default.
    assert "(address, contact, lines)" in (ran.step.reason or "")
    assert len([text for text in remarks(pair.shop, "1001") if "dited" in text]) == 1


def test_e5_second_edit_before_the_first_is_settled_has_the_same_step(pair: Pair) -> None:
    pair.imported("1001", line("MUG", 2))
    edit(pair, STREET)
    first = pair.run(TASK).step
    edit(pair, LINES)

    second = pair.run(TASK).step

    assert (first.id, first.key) == (second.id, "1001#1:edit")
    assert groups_of(second.content) == ("address", "lines")
    assert len(pair.failed(TASK)) == 1


def test_e6_edit_that_is_taken_back_settles_itself(pair: Pair) -> None:
    pair.imported("1001", line("MUG", 2))
    edit(pair, METHOD)
    pair.run(TASK)
    edit(pair, "update orders set shipping_method = 'Standard'")

    ran = pair.run(TASK)

    assert (ran.step.state, ran.step.code) == ("done", "taken-back")
    assert [remarks(desk, "1001")[-1][:19] for desk in (pair.shop, pair.northwind)] == [
        "The edit is settled"
    ] * 2


@pytest.mark.parametrize("is_noticed", [True, False])
def test_e7_edit_of_an_order_that_is_shipped_is_too_late_and_remarked_once(
    pair: Pair, *, is_noticed: bool
) -> None:
    pair.imported("1001", line("MUG", 2))
    if is_noticed:
        edit(pair, STREET)
        pair.run(TASK)
    pair.send("1001")
    if not is_noticed:
        edit(pair, STREET)

    pair.run(TASK)
    pair.run(TASK)

    row = stored_edit(pair)
    assert (row.state, row.code) == ("skipped" if is_noticed else "done", "too-late")
    assert pair.failed(TASK) == []
    assert (
        remarks(pair.shop, "1001").count(
            "The edit came too late: the Supplier shipped the order as it was sent"
        )
        == 1
    )


def test_e14_cancellation_by_the_merchant_wins(pair: Pair) -> None:
    pair.imported("1001", line("MUG", 2))
    edit(pair, STREET)
    pair.run(TASK)
    succeeded(pair.shop.cancel("1001"))
    pair.run("cancel-orders")

    pair.run(TASK)

    row = stored_edit(pair)
    assert (row.state, row.code) == ("skipped", "too-late")
    assert pair.supplied("1001").status == "cancelled"


def test_e17_lowered_quantity_that_cancel_orders_carries_is_no_edit(pair: Pair) -> None:
    pair.imported("1001", line("MUG", 2))
    cancel_a_unit(pair)
    edit(pair)
    pair.run("cancel-orders")

    pair.run(TASK)

    assert pair.failed(TASK) == []


def test_e17_edit_of_a_lowered_quantity_is_settled_once_cancel_orders_has_carried_it(
    pair: Pair,
) -> None:
    pair.imported("1001", line("MUG", 2))
    cancel_a_unit(pair)
    edit(pair)
    pair.run(TASK)
    pair.run("cancel-orders")
    edit(pair)

    pair.run(TASK)

    assert (stored_edit(pair).code, pair.failed(TASK)) == ("taken-back", [])


def test_e17_edit_is_settled_by_cancel_orders_also_if_its_order_is_not_read_again(
    pair: Pair,
) -> None:
    pair.imported("1001", line("MUG", 2))
    cancel_a_unit(pair)
    edit(pair)
    pair.run(TASK)
    pair.clock.at += timedelta(minutes=1)
    pair.run("cancel-orders")

    first, again = pair.run(TASK), pair.run(TASK)

    assert (stored_edit(pair).code, pair.failed(TASK)) == ("taken-back", [])
    assert (first.step.state, again.steps) == ("done", ())


def test_e20_other_sku_of_a_line_is_an_edit_of_the_lines(pair: Pair) -> None:
    pair.imported("1001", line("MUG"), line("CUP"))
    edit(pair, "update order_lines set sku = 'PLATE' where sku = 'CUP'")

    assert "(lines)" in (pair.run(TASK).step.reason or "")


def test_e21_quantities_swapped_between_lines_of_one_sku_are_an_edit(pair: Pair) -> None:
    pair.imported("1001", line("MUG", 1), line("MUG", 3))
    edit(pair, "update order_lines set quantity = 4 - quantity")

    assert "(lines)" in (pair.run(TASK).step.reason or "")


def test_e22_line_of_another_supplier_is_no_edit(tmp_path: Path) -> None:
    pair = configured(tmp_path, "products: {skus: [MUG]}")
    pair.imported("1001", line("MUG", 2), line("CUP"))
    edit(pair, "update order_lines set quantity = 9 where sku = 'CUP'")

    assert pair.run(TASK).counts == {"unchanged": 1}


def test_e23_other_selection_of_products_is_no_edit(pair: Pair) -> None:
    pair.imported("1001", line("MUG", 2), line("CUP"))
    configure(pair, "products: {skus: [MUG]}")
    edit(pair)

    assert pair.run(TASK).counts == {"unchanged": 1}


@pytest.mark.parametrize(
    "statement",
    ["update order_lines set unit_price = '8.00'", "update order_lines set total = '8.00'"],
)
def test_e26_price_is_no_edit(tmp_path: Path, statement: str) -> None:
    pair = configured(tmp_path, "send: [line_total, order_discount]")
    pair.imported("1001", line("MUG"))
    edit(pair, statement)

    assert pair.run(TASK).counts == {"unchanged": 1}


@pytest.mark.parametrize("statement", [MAIL, BILL_TO, NOTES])
def test_e29_field_that_is_not_sent_is_no_edit(pair: Pair, statement: str) -> None:
    pair.imported("1001")
    edit(pair, statement)

    assert pair.run(TASK).counts == {"unchanged": 1}


def test_e32_dry_run_names_the_groups_and_changes_nothing(pair: Pair) -> None:
    pair.imported("1001")
    edit(pair, STREET)
    before = pair.everything()

    [planned] = previewed(pair.path, TASK, "shop-northwind", pair.clock).steps

    assert (planned.key, planned.code) == ("1001#1:edit", "edited")
    assert "(address)" in (planned.reason or "")
    assert pair.everything() == before


def test_e33_adopted_order_is_known_as_it_is_first_read(pair: Pair) -> None:
    pair.imported("1001", line("MUG", 2))
    pair.of_store("update links set digests = null")
    pair.of_store("update steps set content = 'sent-before'")
    edit(pair, STREET)

    first = pair.run(TASK).counts
    edit(pair, METHOD)

    assert first == {"unchanged": 1}
    assert "(method)" in (pair.run(TASK).step.reason or "")


# Commands.


def test_kept_edit_is_closed_and_later_edits_are_compared_with_it(pair: Pair) -> None:
    pair.imported("1001", line("MUG", 2))
    edit(pair, STREET)
    pair.run(TASK)

    [listed] = ordosync(pair.folder, "edits", "list", "--json").json["edits"]
    hint = ordosync(pair.folder, "edits", "list").err
    kept = ordosync(pair.folder, "edits", "keep", "1001", "--note", "agreed", "--json").json
    edit(pair, LINES)
    later = pair.run(TASK).step

    assert (listed["groups"], listed["merchant_number"]) == (["address"], "1001")
    assert listed["settle"] == f"ordosync edits keep {listed['step']}"
    assert "`ordosync edits apply STEP` writes an edit" in hint
    assert [(row["step"], row["note"]) for row in kept["kept"]] == [(listed["step"], "agreed")]
    assert "(lines)" in (later.reason or "")


def test_dismissal_of_an_edit_keeps_it_and_its_withdrawal_opens_it_again(pair: Pair) -> None:
    pair.imported("1001", line("MUG", 2))
    known = pair.link("1001").digests
    edit(pair, STREET)
    row = pair.run(TASK).step
    config = load_config(pair.path)

    with Store.open(config.database) as store:
        dismiss(config, store, [str(row.id)], note="", clock=pair.clock)
        after = store.links("shop-northwind").of_merchant("order", ["1001"])["1001"].digests
        undo(config, store, [str(row.id)], clock=pair.clock)

    assert after not in (known, None)
    assert pair.link("1001").digests == known
    edit(pair)
    assert pair.run(TASK).counts == {"unchanged": 1}
    assert [failed.code for failed in pair.failed(TASK)] == ["edited"]


def test_commands_name_the_groups_and_an_unknown_order_is_a_usage_error(pair: Pair) -> None:
    pair.imported("1001", line("MUG", 2))
    edit(pair, STREET)
    pair.run(TASK)

    said = {
        words[0]: ordosync(pair.folder, *words).out
        for words in (("why", "1001"), ("attention",), ("reconcile",), ("edits", "list"))
    }
    wrong = ordosync(pair.folder, "edits", "keep", "1002")

    assert {name: "address" in text for name, text in said.items()} == dict.fromkeys(said, True)
    assert not any(word in text for word in WORDS for text in said.values())
    assert (wrong.code, "`ordosync edits list` lists them" in wrong.err) == (2, True)


@pytest.mark.of_files
def test_purge_deletes_the_digests_of_an_order(pair: Pair) -> None:
    pair.imported("1001", line("MUG", 2))
    pair.imported("1002", line("MUG", 2))
    edit(pair, STREET)
    pair.run(TASK)
    digests = pair.link("1001").digests or ""
    ordosync(pair.folder, "edits", "keep", "1001")
    kept = pair.link("1001").digests or ""

    purged = ordosync(pair.folder, "purge", "--order", "1001", "--yes")

    database = load_config(pair.path).database.path.read_bytes()
    with Store.open(load_config(pair.path).database) as store:
        dump = [str(store.steps.by_key("shop-northwind", TASK, ["1001#1", "1001#1:edit"]))]
        dump.append(str(store.concerns.dismissed()))
    assert (purged.code, pair.link("1001").digests) == (0, None)
    assert pair.link("1002").digests
    assert database
    assert not any(known in text for known in (digests, kept) for text in dump)
