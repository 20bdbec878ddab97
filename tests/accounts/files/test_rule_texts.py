"""Rules without a `reason`: the log has the rule itself."""

from pathlib import Path

import pytest

from ordosync.accounts.files.input_options.rules import Rule
from ordosync.accounts.files.parsing.rule_texts import reason_of
from tests.accounts.files.order_feeds import Feeds


@pytest.mark.parametrize(
    ("pattern", "matches", "differs"),
    [
        ("^paid$", 'Status is "paid"', 'Status is not "paid"'),
        ("^(pending|voided)$", 'Status is "pending" or "voided"', None),
        ("^pending|voided$", 'Status matches "^pending|voided$"', None),
        ("^$", "Status is blank", "Status is not blank"),
        (".", "Status is not blank", "Status is blank"),
        ("ref.nded", 'Status matches "ref.nded"', 'Status does not match "ref.nded"'),
        ("^(a|b|c|d|e)$", 'Status matches "^(a|b|c|d|e)$"', None),
        ("^a\x1b", 'Status matches "^a\\x1b"', None),
    ],
)
def test_text_of_a_rule(pattern: str, matches: str, differs: str | None) -> None:
    rule = Rule(column="Status", matches=pattern)

    texts = reason_of(rule, is_match=True), reason_of(rule, is_match=False)

    assert texts[0] == matches
    assert differs is None or texts[1] == differs


def test_reason_of_the_configuration_is_used() -> None:
    rule = Rule(column="Status", matches="^paid$", reason="not paid")

    assert reason_of(rule, is_match=False) == "not paid"


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        ('only_orders: [{column: Status, matches: "^paid$"}]', 'Status is not "paid"'),
        ('skip_orders: [{column: Status, matches: "^pending$"}]', 'Status is "pending"'),
        ('skip: [{column: Status, matches: "^pending$"}]', 'Status is "pending"'),
        ('only_rows: [{column: Status, matches: "^paid$"}]', 'Status is not "paid"'),
    ],
)
def test_order_that_a_rule_leaves_out_says_the_rule(
    tmp_path: Path, rules: str, reason: str
) -> None:
    feeds = Feeds(tmp_path)
    feeds.configure(rules)
    feeds.drop("a.csv", "No,Status,SKU,Qty,To\n1,pending,MUG,1,Ada\n")

    result = feeds.run()

    assert result.counts == {"seen": 1, "skipped": 1}
    assert feeds.steps()["1#1"]["reason"] == reason


@pytest.mark.parametrize(
    ("option", "hint"),
    [
        ("only", "did you mean only_rows or only_orders?"),
        ("skip_order", "did you mean skip_orders?"),
        ("statusses", "did you mean statuses?"),
        ("blank_repeat", "did you mean blank_repeats?"),
    ],
)
def test_word_that_is_near_an_option_is_refused_with_the_option(
    tmp_path: Path, option: str, hint: str
) -> None:
    feeds = Feeds(tmp_path)
    feeds.configure(f'{option}: [{{column: Status, matches: "^paid$"}}]')

    result = feeds.run("config", "check")

    assert result.code == 3
    assert f"unknown option; {hint}" in result.err
