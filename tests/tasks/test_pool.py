"""The pool of a Supplier: in any order of what happens, no unit is sold twice."""

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from ordosync.stock_rules import ALL_AVAILABLE, StockRule, published
from ordosync.store.links import Link
from ordosync.store.pool_schema import POOL_TABLES
from ordosync.store.quotas import Quotas
from ordosync.tasks.known_links import KnownLinks
from ordosync.tasks.stock.division import Offer, PoolProduct
from ordosync.tasks.stock.pool import Pool, Sharer, give_up
from tests.support.clock import VirtualClock

KEY = "mug"
DAY = timedelta(days=1)
RULES = (
    ALL_AVAILABLE,
    StockRule(buffer=2),
    StockRule(buffer_percent=10),
    StockRule(zero_below=3),
    StockRule(maximum=4),
)


class Links:
    """The product link of a portal."""

    def __init__(self, name: str) -> None:
        self._link = Link(kind="product", merchant_id=name, supplier_id=KEY)

    def all_of_supplier(self, kind: str, ids: Sequence[str]) -> Mapping[str, Sequence[Link]]:
        """Return the link of the product."""
        assert (kind, ids) == ("product", [KEY])
        return {KEY: [self._link]}


@dataclass
class Shop:
    """A portal and its Merchant."""

    name: str
    weight: int
    pack: int
    rule: StockRule
    shown: int = 0
    unsent: int = 0
    available: int | None = None
    """As the portal has read it last."""
    pool: Pool | None = None
    """Of the run that has read it."""
    offer: Offer | None = None
    """Of the write that is under way."""


@dataclass
class Market:
    """A Supplier with units of one product, and shops that sell them."""

    available: int
    shops: list[Shop] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.db = sqlite3.connect(":memory:", isolation_level=None)
        self.db.row_factory = sqlite3.Row
        for statement in POOL_TABLES:
            self.db.execute(statement)
        self.table = Quotas(cast("Any", self.db), "northwind")
        self.clock = VirtualClock()

    def add(self, weight: int, pack: int, stock_rule: StockRule, shown: int = 0) -> Shop:
        name = "abc"[len(self.shops)]
        shop = Shop(name, weight, pack, stock_rule, shown=shown)
        self.shops.append(shop)
        return shop

    def _sharers(self) -> Sequence[Sharer]:
        return [
            Sharer(name=shop.name, weight=shop.weight, links=cast("KnownLinks", Links(shop.name)))
            for shop in self.shops
        ]

    @property
    def sold(self) -> int:
        """The Supplier's units that are sold and that it does not have to send yet."""
        return sum(shop.unsent * shop.pack for shop in self.shops)

    def read(self, shop: Shop) -> None:
        shop.pool = Pool(self.table, shop.name, self._sharers, nullcontext, self.clock)
        shop.pool.begin_reading()
        shop.available, shop.offer = self.available, None

    def begin_write(self, shop: Shop) -> Offer:
        assert shop.pool
        assert shop.available is not None
        product = PoolProduct(
            key=KEY,
            supplier_id=KEY,
            merchant_id=shop.name,
            sku="MUG",
            available=shop.available,
            shown=shop.shown,
            unsent=shop.unsent,
            pack=shop.pack,
            rule=shop.rule,
        )
        shop.offer = shop.pool.offers([product], take=True)[shop.name]
        return shop.offer

    def end_write(self, shop: Shop, *, is_known: bool = True) -> None:
        assert shop.offer
        product, quota = shop.offer.product, shop.offer.units
        shop.shown = published(
            product.available, shop.rule, unsent=product.unsent, pack=shop.pack, quota=quota
        )
        if is_known:
            give_up(self.table, shop.name, [shop.offer])
        shop.offer = None

    def write(self, shop: Shop) -> None:
        self.read(shop)
        self.begin_write(shop)
        self.end_write(shop)

    def import_(self, shop: Shop, units: int) -> None:
        shop.unsent -= units
        self.available -= units * shop.pack
        self.table.imported(shop.name, {(KEY, "MUG"): units * shop.pack}, now=self.clock.now())


class Histories(RuleBasedStateMachine):
    """Sales, imports, old readings, lost writes and kills, in any order."""

    @initialize(
        available=st.integers(0, 30),
        shops=st.lists(
            st.tuples(st.integers(0, 3), st.sampled_from([1, 1, 2, 6]), st.sampled_from(RULES)),
            min_size=2,
            max_size=3,
        ),
    )
    def begin(self, available: int, shops: list[tuple[int, int, StockRule]]) -> None:
        self.market = Market(available)
        for shop in shops:
            self.market.add(*shop)

    def shop(self, number: int) -> Shop:
        return self.market.shops[number % len(self.market.shops)]

    @rule(number=st.integers(0, 2))
    def sell(self, number: int) -> None:
        shop = self.shop(number)
        # A sale in the moment of a write is what a buffer is for.
        if shop.shown and shop.offer is None:
            shop.shown -= 1
            shop.unsent += 1

    @rule(number=st.integers(0, 2), units=st.integers(1, 5))
    def import_(self, number: int, units: int) -> None:
        shop = self.shop(number)
        if shop.unsent:
            self.market.import_(shop, min(units, shop.unsent))

    @rule(number=st.integers(0, 2))
    def cancel_before_the_import(self, number: int) -> None:
        shop = self.shop(number)
        shop.unsent -= bool(shop.unsent)

    @rule(units=st.integers(1, 5))
    def find_more(self, units: int) -> None:
        self.market.available += units

    @rule(number=st.integers(0, 2))
    def read(self, number: int) -> None:
        self.market.read(self.shop(number))

    @rule(number=st.integers(0, 2))
    def begin_write(self, number: int) -> None:
        shop = self.shop(number)
        if shop.available is not None:
            self.market.begin_write(shop)

    @rule(number=st.integers(0, 2), is_known=st.booleans())
    def end_write(self, number: int, is_known: bool) -> None:
        shop = self.shop(number)
        if shop.offer:
            self.market.end_write(shop, is_known=is_known)

    @rule(number=st.integers(0, 2))
    def die(self, number: int) -> None:
        shop = self.shop(number)
        shop.offer = shop.available = None

    @invariant()
    def no_unit_is_sold_twice(self) -> None:
        if hasattr(self, "market"):
            assert self.market.sold <= self.market.available


def test_no_unit_is_sold_twice_in_any_order_of_events() -> None:
    run_state_machine_as_test(
        Histories, settings=settings(max_examples=40, stateful_step_count=40, deadline=None)
    )


@pytest.mark.matrix
def test_no_unit_is_sold_twice_in_many_orders_of_events() -> None:
    run_state_machine_as_test(
        Histories, settings=settings(max_examples=2000, stateful_step_count=60, deadline=None)
    )


def shown(market: Market) -> list[int]:
    return [shop.shown for shop in market.shops]


def quotas(market: Market) -> Mapping[str, int]:
    return market.table.portals()


def market_of(available: int, *weights: int) -> Market:
    """Return shops that all have written twice: once to give up, once to take."""
    market = Market(available)
    for weight in weights:
        market.add(weight, 1, ALL_AVAILABLE)
    for shop in market.shops * 2:
        market.write(shop)
    return market


@pytest.mark.parametrize(
    ("available", "weights", "expected"),
    [(10, (1, 1), [5, 5]), (7, (2, 1), [5, 2]), (9, (1, 1, 1), [3, 3, 3])],
)
def test_each_portal_shows_its_share(
    available: int, weights: tuple[int, ...], expected: list[int]
) -> None:
    assert shown(market_of(available, *weights)) == expected


def test_l1_a_portal_with_share_0_gives_its_units_away_once_its_merchant_shows_0() -> None:
    market = market_of(10, 1, 1)
    one, other = market.shops
    one.weight = 0

    market.write(other)
    before = other.shown
    market.write(one)
    market.write(other)

    assert (before, one.shown, other.shown) == (5, 0, 10)


def test_l2_the_only_portal_with_a_product_has_all_units() -> None:
    assert shown(market_of(10, 1)) == [10]


def test_l3_quotas_are_in_units_of_the_supplier() -> None:
    market = Market(24)
    for pack in (1, 6):
        market.add(1, pack, ALL_AVAILABLE)
    for shop in market.shops * 2:
        market.write(shop)

    assert shown(market) == [12, 2]
    assert quotas(market) == {"a": 12, "b": 12}


def test_l4_a_new_portal_gets_what_the_others_give_up() -> None:
    market = market_of(10, 1)
    new = market.add(1, 1, ALL_AVAILABLE)

    market.write(new)
    first = new.shown
    market.write(market.shops[0])
    market.write(new)

    assert (first, shown(market)) == (0, [5, 5])


def test_l4_no_portal_takes_units_while_a_new_one_may_show_any_quantity() -> None:
    market = market_of(10, 1)
    market.add(1, 1, ALL_AVAILABLE, shown=8)
    market.available = 20

    market.write(market.shops[0])

    assert shown(market) == [10, 8]


def test_l5_the_quota_of_a_portal_that_was_removed_stays_until_it_is_released() -> None:
    market = market_of(10, 1, 1)
    one, removed = market.shops
    market.shops.remove(removed)

    market.write(one)
    before = one.shown
    market.table.release(removed.name)
    market.write(one)

    assert (before, one.shown) == (5, 10)


def test_l6_a_kill_after_a_write_leaves_units_in_a_quota_that_are_not_shown() -> None:
    market = market_of(10, 1)
    one, new = market.shops[0], market.add(1, 1, ALL_AVAILABLE)
    market.write(new)
    market.read(one)
    market.begin_write(one)
    market.end_write(one, is_known=False)

    market.write(new)
    before = new.shown
    market.write(one)
    market.write(new)

    assert (before, shown(market)) == (0, [5, 5])


def test_l7_a_kill_before_a_write_leaves_units_in_a_quota_that_are_not_shown() -> None:
    market = market_of(10, 1, 1)
    one, other = market.shops
    market.available = 20
    market.read(one)
    market.begin_write(one)

    market.write(other)

    assert (one.shown, other.shown, quotas(market)) == (5, 10, {"a": 10, "b": 10})


def test_l8_nothing_is_given_up_until_the_write_of_a_lower_number_is_known() -> None:
    market = market_of(10, 1)
    one, new = market.shops[0], market.add(1, 1, ALL_AVAILABLE)
    market.write(new)
    market.read(one)
    market.begin_write(one)

    market.write(new)

    assert (new.shown, quotas(market)) == (0, {"a": 10})


def test_l9_all_portals_give_up_units_that_the_supplier_does_not_have_any_more() -> None:
    market = market_of(10, 1, 1)
    market.available = 4

    for shop in market.shops:
        market.write(shop)

    assert shown(market) == [2, 2]


def test_l10_units_of_an_order_that_the_supplier_cancelled_are_free() -> None:
    market = market_of(10, 1, 1)
    market.available += 2

    for shop in market.shops:
        market.write(shop)

    assert shown(market) == [6, 6]


def test_l11_a_unit_that_the_merchant_cancels_before_the_import_is_shown_again() -> None:
    market = market_of(10, 1, 1)
    one = market.shops[0]
    one.shown, one.unsent = one.shown - 1, 1
    market.write(one)
    sold = one.shown
    one.unsent = 0

    market.write(one)

    assert (sold, one.shown) == (4, 5)


def test_l12_an_import_while_the_supplier_is_read_is_not_given_away() -> None:
    market = market_of(10, 1, 1)
    one, other = market.shops
    one.shown, one.unsent, other.weight = 0, 5, 4
    # The other portal reads 10 units; 5 of them are then imported.
    market.read(other)
    market.import_(one, 5)
    market.begin_write(other)
    market.end_write(other)

    assert other.shown == 4
    assert other.shown + market.sold <= market.available


def test_l12_an_import_during_the_write_of_its_portal_does_not_raise_its_quota() -> None:
    market = market_of(10, 1, 1)
    one, other = market.shops
    one.shown, one.unsent = 1, 4
    market.available = 9
    market.read(one)
    market.begin_write(one)
    market.import_(one, 4)
    market.end_write(one)

    market.write(other)

    assert sum(shown(market)) <= market.available


def test_l15_units_are_only_given_away_after_all_portals_know_what_they_show() -> None:
    market = market_of(10, 1, 1)
    one, other = market.shops
    market.db.execute("delete from quotas")
    one.shown, other.shown = 8, 2

    market.write(other)
    assert other.shown == 2
    market.write(one)
    market.write(other)

    assert shown(market) == [5, 5]


def test_no_portal_shows_0_for_good_while_another_one_has_a_last_unit() -> None:
    market = market_of(1, 1, 1)
    ever: set[str] = set()
    for _ in range(4):
        market.clock.at += DAY
        for shop in market.shops * 2:
            market.write(shop)
        ever |= {shop.name for shop in market.shops if shop.shown}

    assert ever == {"a", "b"}


def test_units_that_are_too_few_for_a_case_are_not_kept() -> None:
    market = Market(10)
    for pack in (6, 6):
        market.add(1, pack, ALL_AVAILABLE)
    for shop in market.shops * 2:
        market.write(shop)

    assert sorted(shown(market)) == [0, 1]


def test_units_above_a_maximum_are_for_the_other_portals() -> None:
    market = Market(30)
    market.add(1, 1, StockRule(maximum=4))
    market.add(1, 1, ALL_AVAILABLE)
    for shop in market.shops * 2:
        market.write(shop)

    assert shown(market) == [4, 26]
