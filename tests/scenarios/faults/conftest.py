"""A test with `owing`, `as_merchant` or `as_supplier` runs with each kind of account over HTTP."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from ordosync.accounts.account import Role
from ordosync.clock import Clock
from tests.accounts.sqlite.people import SqliteMerchantPeople, SqliteSupplierPeople
from tests.fakes.faults import Kind
from tests.scenarios.faults.kinds import MERCHANTS, SUPPLIERS
from tests.scenarios.faults.portal import Troubled
from tests.scenarios.faults.writes import FAULTS, MORE_FAULTS, WRITES, PendingWrite, is_rare
from tests.scenarios.pairs.pair import Pair
from tests.support.clock import VirtualClock

FAST: Mapping[str, tuple[str, ...]] = {
    "shopify": (
        "[shopify-supplier-create-order-",
        "-lost-reset]",
        "-twice]",
        "test_stamp_of_the_future",
        "test_order_without_a_stamp",
        "test_order_that_arrives_late",
        "test_not_a_number",
        "quantity_that_cannot_be_stops_no_other_order[shopify--1",
        "test_broken_service",
        "test_sale_between",
        "lets_no_write_look_rested",
        "stops_nothing_beside_it",
        "refused_as_there_already",
        "not_found_within_an_hour",
        "the_oldest_counts",
        "rests_once_its_lease_is_taken",
        "takes_the_lease_from_an_owner",
        "-cut]",
    ),
}
"""The tests of a kind that are not slow. The others repeat what the tests of other kinds prove."""
KINDS = {"merchant": MERCHANTS, "supplier": SUPPLIERS}
PENDING = [
    (pending, kind)
    for pending in WRITES
    for kind in KINDS[pending.role]
    if not pending.only or kind in pending.only
]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark most tests of later kinds as slow, and most faults of each write."""
    for item in items:
        if Path(__file__).parent not in item.path.parents:
            continue
        values = item.callspec.params if hasattr(item, "callspec") else {}
        if "owing" in values and "fault" in values:
            _mark_fault(item, values["owing"][0], values["fault"])
            continue
        for kind, fast in FAST.items():
            if kind in item.name.partition("[")[2] and not any(name in item.name for name in fast):
                item.add_marker(pytest.mark.slow)


def _mark_fault(item: pytest.Item, pending: PendingWrite, fault: Kind) -> None:
    if fault in MORE_FAULTS:
        item.add_marker(pytest.mark.slow)
    if is_rare(pending, fault):
        item.add_marker(pytest.mark.slow if fault in FAULTS else pytest.mark.matrix)


@pytest.fixture(name="owing", params=PENDING, ids=lambda param: f"{param[1]}-{param[0]}")
def _owing(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[tuple[Troubled, PendingWrite]]:
    """Yield a portal, and the write that its next run makes."""
    pending, kind = request.param
    with foreign(pending.role, kind, tmp_path) as troubled:
        for word in pending.needs:
            if word in troubled.foreign.lacks:
                pytest.skip(f"{kind} as {pending.role} cannot hold: {word}")
        pending.arrange(troubled)
        yield troubled, pending


@pytest.fixture(name="as_merchant", params=MERCHANTS)
def _as_merchant(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Troubled]:
    with foreign("merchant", request.param, tmp_path) as troubled:
        yield troubled


@pytest.fixture(name="as_supplier", params=SUPPLIERS)
def _as_supplier(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Troubled]:
    with foreign("supplier", request.param, tmp_path) as troubled:
        yield troubled


def foreign(
    role: Role, kind: str, folder: Path, **options: object
) -> AbstractContextManager[Troubled]:
    """Open a portal with a remote account on one side, with these options besides the required."""
    opened = _foreign_merchant if role == "merchant" else _foreign_supplier
    return opened(kind, folder, options)


@contextmanager
def about_to_write(pending: PendingWrite, kind: str, folder: Path) -> Iterator[Troubled]:
    """Open a portal whose next run makes this write, in another process.

    Skips the test if the kind of account cannot hold what the write needs.
    """
    with foreign(pending.role, kind, folder, settle_s="0") as troubled:
        if troubled.foreign.lacks & {*pending.needs}:
            pytest.skip(f"{kind} as {pending.role} cannot hold: {pending.needs}")
        # The process uses the real time.
        troubled.clock.at = Clock().now() - timedelta(hours=1)
        pending.arrange(troubled)
        # Shops refuse requests that are signed at another time.
        troubled.clock.at = Clock().now()
        yield troubled


@contextmanager
def _foreign_merchant(kind: str, folder: Path, options: Mapping[str, object]) -> Iterator[Troubled]:
    clock = VirtualClock()
    with (
        closing(MERCHANTS[kind](folder, clock)) as people,
        closing(SqliteSupplierPeople(folder, clock)) as partner,
    ):
        people.more_options = options
        yield Troubled(pair=Pair(folder, people, partner), foreign=people)


@contextmanager
def _foreign_supplier(kind: str, folder: Path, options: Mapping[str, object]) -> Iterator[Troubled]:
    clock = VirtualClock()
    with (
        closing(SUPPLIERS[kind](folder, clock)) as people,
        closing(SqliteMerchantPeople(folder, clock)) as partner,
    ):
        people.more_options = options
        yield Troubled(pair=Pair(folder, partner, people), foreign=people)
