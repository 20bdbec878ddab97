"""Each rule of orders that are sent in parts has a test; a kind that cannot hold one is listed."""

from collections.abc import Callable

import pytest

from tests.accounts.contract.instead import INSTEAD
from tests.support.rules import (
    AGES,
    HOLDS,
    MAPS,
    RULES,
    SHARED,
    STOCKS,
    age_rules_tested,
    held_rules_tested,
    map_rules_tested,
    named_tests,
    shared_rules_tested,
    skipped,
    stock_rules_tested,
)


@pytest.mark.parametrize("rule", RULES)
def test_rule_has_a_test_of_its_name(rule: str) -> None:
    assert named_tests().get(rule)


def test_each_rule_of_held_orders_has_a_test_of_its_name() -> None:
    assert {*HOLDS} - held_rules_tested() == set()


def test_each_rule_of_a_shared_supplier_without_quotas_has_a_test_of_its_name() -> None:
    assert {*SHARED} - shared_rules_tested() == set()


def test_rules_that_a_kind_cannot_hold_are_those_that_it_says(
    record_property: Callable[[str, object], None],
) -> None:
    """Table 3.3 of lifecycle.md names them; the contract tests compare what the kind says."""
    found = sorted(skipped())

    record_property("rules that are not held", [str(each) for each in found])
    unnamed = [
        each
        for each in found
        if not {*each.words} <= INSTEAD.get((each.role, each.kind), {}).keys()
    ]
    assert unnamed == []
    assert {(each.role, each.kind) for each in found} == {*INSTEAD}


def test_each_rule_of_old_quantities_has_a_test_of_its_name() -> None:
    assert {*AGES} - age_rules_tested() == set()


def test_each_rule_of_quantities_has_a_test_of_its_name() -> None:
    assert {*STOCKS} - stock_rules_tested() == set()


def test_each_rule_of_sku_maps_has_a_test_of_its_name() -> None:
    assert {*MAPS} - map_rules_tested() == set()
