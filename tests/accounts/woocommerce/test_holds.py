"""Facts about a shop's order by which a portal may hold it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from ordosync.accounts.woocommerce.hold_facts import conditions, facts_of
from ordosync.accounts.woocommerce.options import MerchantOptions
from ordosync.accounts.woocommerce.schema import MetaShape, OrderShape
from ordosync.hold_facts import HoldFacts

CREATED, PAID = "2026-11-02T09:00:00", "2026-11-02T10:30:00"


def shape(**fields: Any) -> OrderShape:
    known: dict[str, Any] = {"id": 1, "number": "1", "status": "processing", "line_items": []}
    return OrderShape(**known, date_created_gmt=CREATED, **fields)


def tagged(value: Any) -> tuple[str, ...]:
    meta = [MetaShape(key="_order_tags", value=value)]
    return facts_of(shape(meta_data=meta), "_order_tags").tags


def test_the_age_counts_from_the_payment() -> None:
    assert facts_of(shape(date_paid_gmt=PAID), "") == HoldFacts(
        is_paid=True, since=datetime(2026, 11, 2, 10, 30, tzinfo=UTC)
    )


def test_without_a_payment_the_age_counts_from_the_order() -> None:
    assert facts_of(shape(), "") == HoldFacts(since=datetime(2026, 11, 2, 9, tzinfo=UTC))


@pytest.mark.parametrize(
    ("value", "tags"),
    [
        ("fraud-check", ("fraud-check",)),
        ("fraud-check, vip,", ("fraud-check", "vip")),
        (["fraud-check", "vip"], ("fraud-check", "vip")),
        ([["a, b"], 3, None], ("a", "b")),
        ({"a": "b"}, ()),
        (7, ()),
        (None, ()),
        ("", ()),
    ],
)
def test_tags_are_in_a_field_of_the_order(value: Any, tags: tuple[str, ...]) -> None:
    assert tagged(value) == tags


def test_without_the_field_there_are_no_tags() -> None:
    assert conditions(MerchantOptions())["tags"] == "`tags_meta:` under `merchant:`"
    assert conditions(MerchantOptions(tags_meta="_tags"))["tags"] == ""
    assert facts_of(shape(meta_data=[MetaShape(key="", value="x")]), "").tags == ()


def test_the_field_does_not_identify_a_portal() -> None:
    assert repr(MerchantOptions(tags_meta="_tags")) == repr(MerchantOptions())
