"""A store that is used for one portal after another stays open, unless something went wrong."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import pytest

from ordosync.errors import DatabaseError, LeaseLostError, OrdosyncError
from ordosync.store import Store
from ordosync.store.location import StoreLocation
from ordosync.store.postgres_database import PostgresDatabase
from ordosync.store.reusable import ReusableStore
from tests.support.clock import VirtualClock
from tests.support.postgres import end_sessions


@pytest.fixture(name="reusable")
def _reusable(location: StoreLocation) -> Iterator[ReusableStore]:
    with closing(ReusableStore(location, VirtualClock())) as reusable:
        yield reusable


def used(reusable: ReusableStore) -> Store:
    with reusable.use() as store, store.transaction():
        store.set_tables_digest("used")
    return store


def test_it_stays_open_for_the_next_use(reusable: ReusableStore) -> None:
    assert used(reusable) is used(reusable)


def test_it_is_opened_again_after_an_error(reusable: ReusableStore) -> None:
    with pytest.raises(OrdosyncError), reusable.use() as failed:
        raise OrdosyncError("a run failed")

    assert used(reusable) is not failed


def test_it_is_opened_again_after_it_was_closed(reusable: ReusableStore) -> None:
    before = used(reusable)
    reusable.close()
    reusable.close()

    assert used(reusable) is not before


def test_a_store_that_was_moved_meanwhile_is_refused(
    reusable: ReusableStore, location: StoreLocation
) -> None:
    used(reusable)
    with Store.open(location) as store, store.transaction():
        store.whole.end_use("elsewhere", [], now=datetime(2026, 6, 1, tzinfo=UTC))

    for _ in range(2):
        with pytest.raises(DatabaseError, match="moved to elsewhere"), reusable.use():
            pass


@pytest.mark.parametrize("location", ["postgres"], indirect=True)
def test_a_lost_session_fails_one_use_and_not_the_next(
    reusable: ReusableStore, location: PostgresDatabase
) -> None:
    before = used(reusable)
    end_sessions(location.url)

    with pytest.raises(LeaseLostError):
        used(reusable)
    assert used(reusable) is not before
