"""The quantity that a Merchant shows: the examples of lifecycle 6.3, and its properties."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ordosync.stock_rules import StockRule, calculation, published

RULES = st.builds(
    StockRule,
    buffer=st.integers(0, 50),
    buffer_percent=st.integers(0, 100),
    zero_below=st.integers(0, 20),
    maximum=st.none() | st.integers(0, 100),
    stop=st.sampled_from(["", "operator"]),
)
AVAILABLE = st.integers(-100, 1000)
UNSENT = st.integers(0, 50)
PACKS = st.integers(1, 24)
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A machine that others use, too, may be slow."""


@pytest.mark.parametrize(
    ("available", "rule", "unsent", "pack", "shown"),
    [
        pytest.param(20, StockRule(buffer=5), 0, 1, 15, id="1"),
        pytest.param(5, StockRule(buffer=5), 0, 1, 0, id="2-all"),
        pytest.param(3, StockRule(buffer=5), 0, 1, 0, id="2-less"),
        pytest.param(15, StockRule(buffer_percent=10), 0, 1, 13, id="3"),
        pytest.param(7, StockRule(buffer=5, zero_below=3), 0, 1, 0, id="4"),
        pytest.param(8, StockRule(buffer=5, zero_below=3), 0, 1, 3, id="5"),
        pytest.param(100, StockRule(maximum=10), 0, 1, 10, id="6-more"),
        pytest.param(9, StockRule(maximum=10), 0, 1, 9, id="6-less"),
        pytest.param(13, StockRule(), 0, 6, 2, id="7"),
        pytest.param(13, StockRule(buffer=2), 0, 6, 1, id="8"),
        pytest.param(13, StockRule(), 1, 6, 1, id="9"),
        pytest.param(-10, StockRule(), 0, 1, 0, id="10"),
        pytest.param(20, StockRule(stop="operator"), 0, 1, 0, id="stopped"),
    ],
)
def test_examples_of_the_table(
    available: int, rule: StockRule, unsent: int, pack: int, shown: int
) -> None:
    assert published(available, rule, unsent=unsent, pack=pack) == shown


@UNHURRIED
@given(AVAILABLE, RULES, UNSENT, PACKS)
def test_no_unit_is_shown_that_is_kept_back_or_sold(
    available: int, rule: StockRule, unsent: int, pack: int
) -> None:
    shown = published(available, rule, unsent=unsent, pack=pack)

    assert shown >= 0
    assert shown == 0 or shown * pack + rule.buffer + unsent * pack <= available


@UNHURRIED
@given(AVAILABLE, RULES, UNSENT, PACKS)
def test_one_unit_more_never_shows_less(
    available: int, rule: StockRule, unsent: int, pack: int
) -> None:
    now = published(available, rule, unsent=unsent, pack=pack)

    assert now <= published(available + 1, rule, unsent=unsent, pack=pack)


@UNHURRIED
@given(AVAILABLE, RULES, UNSENT)
def test_nothing_is_shown_below_the_threshold_or_above_the_maximum(
    available: int, rule: StockRule, unsent: int
) -> None:
    shown = published(available, rule, unsent=unsent)

    assert shown in (0, rule.maximum) or shown >= rule.zero_below
    assert rule.maximum is None or shown <= rule.maximum


@pytest.mark.parametrize(
    ("available", "rule", "unsent", "pack", "text"),
    [
        (13, StockRule(buffer=2), 0, 6, "13 at the Supplier, 2 kept back, 6 to a case, 1 shown"),
        (13, StockRule(), 0, 6, "13 at the Supplier, 6 to a case, 2 shown"),
        (20, StockRule(), 0, 1, ""),
        (20, StockRule(maximum=20, zero_below=20), 0, 1, ""),
        (20, StockRule(), 2, 1, "20 at the Supplier minus 2 sold but not imported yet"),
        (
            *(20, StockRule(buffer_percent=10), 2, 1),
            "20 at the Supplier minus 2 sold but not imported yet, 2 kept back, 16 shown",
        ),
        (
            *(7, StockRule(buffer=5, zero_below=3), 0, 1),
            "7 at the Supplier, 5 kept back, 2 left, fewer than 3, 0 shown",
        ),
        (100, StockRule(maximum=10), 0, 1, "100 at the Supplier, at most 10, 10 shown"),
        (3, StockRule(buffer=5, maximum=1), 0, 1, "3 at the Supplier, 5 kept back, 0 shown"),
        (20, StockRule(buffer=5, stop="stopped"), 0, 1, "20 at the Supplier, stopped, 0 shown"),
        (0, StockRule(buffer=5, stop="stopped"), 0, 1, "0 at the Supplier, stopped, 0 shown"),
        (-10, StockRule(buffer=5), 0, 1, ""),
    ],
)
def test_q15_calculation_has_the_parts_that_matter(
    available: int, rule: StockRule, unsent: int, pack: int, text: str
) -> None:
    assert calculation(available, rule, unsent=unsent, pack=pack) == text


@UNHURRIED
@given(AVAILABLE, RULES, UNSENT, PACKS)
def test_calculation_ends_with_the_quantity_that_is_shown(
    available: int, rule: StockRule, unsent: int, pack: int
) -> None:
    text = calculation(available, rule, unsent=unsent, pack=pack)
    shown = published(available, rule, unsent=unsent, pack=pack)

    if not text:
        assert shown == max(available, 0)
    elif text.endswith("shown"):
        assert text.endswith(f", {shown} shown")
    else:
        assert shown == max(available - unsent * pack, 0) // pack
