"""Shares of portals in one pool of units."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordosync.stock_rules import StockRule, published
from ordosync.stock_shares import Claim, claim_of, shares

_CLAIMS = st.lists(
    st.builds(
        lambda weight, least, more: Claim(
            weight=weight, least=least, most=None if more is None else least + more
        ),
        st.integers(0, 4),
        st.integers(1, 8),
        st.none() | st.integers(0, 20),
    ),
    max_size=5,
)


def _weights(*weights: int) -> list[Claim]:
    return [Claim(weight=weight) for weight in weights]


@pytest.mark.parametrize(
    ("pool", "weights", "expected"),
    [
        (10, (1, 1), [5, 5]),
        (7, (2, 1), [5, 2]),
        (7, (1, 1), [4, 3]),
        (0, (1, 1), [0, 0]),
        (9, (1, 0), [9, 0]),
        (9, (0, 0), [0, 0]),
    ],
)
def test_shares_follow_the_weights(
    pool: int, weights: tuple[int, ...], expected: list[int]
) -> None:
    assert shares(pool, _weights(*weights)) == expected


def test_no_portals_share_nothing() -> None:
    assert shares(3, []) == []


def test_what_a_portal_may_not_show_is_shown_by_the_others() -> None:
    assert shares(100, [Claim(weight=1, most=10), Claim(weight=1)]) == [10, 90]


def test_a_case_is_not_cut_while_there_are_units_for_it() -> None:
    assert shares(10, [Claim(weight=1, least=6), Claim(weight=1)]) == [6, 4]


def test_each_portal_gets_a_unit_while_there_are_as_many() -> None:
    assert shares(2, _weights(3, 1)) == [1, 1]


def test_the_last_unit_goes_from_portal_to_portal() -> None:
    assert [shares(1, _weights(1, 1), turn=turn) for turn in range(3)] == [[1, 0], [0, 1], [1, 0]]


def test_units_that_are_too_few_for_a_case_go_to_a_portal_that_can_show_them() -> None:
    assert shares(4, [Claim(weight=1, least=6), Claim(weight=1)]) == [0, 4]


@given(st.integers(0, 60), _CLAIMS, st.integers(0, 10))
def test_shares_never_exceed_the_pool_and_keep_all_bounds(
    pool: int, claims: list[Claim], turn: int
) -> None:
    found = shares(pool, claims, turn=turn)

    assert sum(found) <= pool
    for units, claim in zip(found, claims, strict=True):
        assert units == 0 or (claim.weight and units >= claim.least)
        assert claim.most is None or units <= claim.most


@given(st.integers(0, 60), _CLAIMS, st.integers(0, 10))
def test_no_unit_is_left_that_another_portal_may_show(
    pool: int, claims: list[Claim], turn: int
) -> None:
    found = shares(pool, claims, turn=turn)

    left = pool - sum(found)
    for units, claim in zip(found, claims, strict=True):
        if claim.weight and left:
            wanted = claim.least if not units else 1
            assert left < wanted or units == claim.most


@given(
    st.builds(
        StockRule,
        buffer=st.integers(0, 5),
        buffer_percent=st.integers(0, 100),
        zero_below=st.integers(0, 4),
        maximum=st.none() | st.integers(0, 9),
    ),
    st.integers(0, 60),
    st.integers(1, 6),
)
def test_a_claim_is_the_units_with_which_a_rule_shows_something(
    rule: StockRule, available: int, pack: int
) -> None:
    claim = claim_of(rule, weight=1, available=available, pack=pack)

    def shown(quota: int) -> int:
        return published(available, rule, pack=pack, quota=quota)

    if claim.weight and claim.least <= available:
        assert shown(claim.least) > 0
        assert shown(claim.least - 1) == 0
        assert claim.most is None or shown(claim.most) == shown(available) or claim.most > available
    elif not claim.weight:
        assert shown(available) == 0
