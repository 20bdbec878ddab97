"""Rows of a limit: each allows a request, whatever becomes of its process or of the server."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import psycopg
import pytest
from psycopg.rows import TupleRow

from ordosync.clock import Clock
from ordosync.errors import OrdosyncError
from ordosync.http.rate_limit import BusyError
from ordosync.postgres import rates
from ordosync.postgres.connection import PostgresConnection
from ordosync.postgres.rates import CALL_S, SharedLimits
from tests.http.limits import StrictService, use_up
from tests.postgres.limits import ACCOUNT, shared_limits
from tests.support.clock import CrowdClock, VirtualClock

Process = Callable[[Clock], SharedLimits]
Sql = psycopg.Connection[TupleRow]


@pytest.fixture(name="process")
def _process(postgres: str) -> Iterator[Process]:
    """Return what starts a process that calls the account; it had no calls in the last period."""
    with ExitStack() as stack:
        yield lambda clock: stack.enter_context(closing(shared_limits(postgres, clock)))


@pytest.fixture(name="sql")
def _sql(postgres: str) -> Iterator[Sql]:
    with psycopg.connect(postgres, autocommit=True) as connection:
        yield connection


def end(sql: Sql, limits: SharedLimits) -> None:
    """End the connection of a process, as a restart of the server does."""
    connection = limits._tables._connection
    assert connection is not None
    sql.execute("select pg_terminate_backend(%s, 5000)", [connection.backend_pid])


def waits(clock: Clock, limits: SharedLimits, calls: int = 1, per_s: float = 10) -> float:
    began = clock.monotonic()
    with limits.rate(ACCOUNT, calls, per_s).slot():
        return clock.monotonic() - began


def test_threads_use_the_limit_and_never_break_it(process: Process) -> None:
    clock = CrowdClock(8)
    service = StrictService(20, 1, clock)

    use_up(process(clock).rate(ACCOUNT, 20, 1), service, clock, threads=8)

    assert service.refused == 0
    assert service.answered >= 0.8 * 4 * 20


def test_calls_of_another_process_count(process: Process) -> None:
    clock = VirtualClock()
    one, other = process(clock), process(clock)

    assert waits(clock, one) == 0
    assert 10 <= waits(clock, other) <= 10.6


def test_pause_of_one_process_holds_the_others(process: Process) -> None:
    clock = VirtualClock()
    one, other = process(clock), process(clock)

    one.rate(ACCOUNT, 5, 10).pause(40)

    assert 40 <= waits(clock, other, 5) <= 41


def test_slot_of_a_killed_process_is_free_a_period_after_the_longest_call(
    process: Process,
) -> None:
    clock = VirtualClock()
    one, other = process(clock), process(clock)
    one.rate(ACCOUNT, 1, 5)._take()  # type: ignore[attr-defined]

    clock.sleep(CALL_S)

    assert 5 <= waits(clock, other, per_s=5) <= 5.6


def test_slot_that_comes_back_too_late_is_still_held_by_its_next_user(process: Process) -> None:
    clock = VirtualClock()
    one, other, third = (process(clock) for _ in range(3))
    with one.rate(ACCOUNT, 1, 5).slot():
        clock.sleep(CALL_S + 6)
        late = other.rate(ACCOUNT, 1, 5).slot()
        late.__enter__()

    clock.sleep(6)
    waiting = third.rate(ACCOUNT, 1, 5)
    assert waiting._take() is None  # type: ignore[attr-defined]
    late.__exit__(None, None, None)
    assert 5 <= waits(clock, third, per_s=5) <= 5.6


def test_account_that_is_counted_for_the_first_time_waits_for_a_period(postgres: str) -> None:
    clock = VirtualClock()

    with closing(shared_limits(postgres, clock, of=SharedLimits)) as limits:
        assert 60 <= waits(clock, limits, 500, 60) <= 70


def test_crash_of_the_server_makes_all_slots_busy(process: Process, sql: Sql) -> None:
    clock = VirtualClock()
    limits = process(clock)
    rate = limits.rate(ACCOUNT, 2, 60)

    with rate.slot():
        # The content of unlogged tables after a crash.
        sql.execute("truncate rates")
    began = clock.monotonic()
    with rate.slot(), rate.slot():
        assert clock.monotonic() - began >= 60


def test_limit_of_many_calls_has_fewer_rows_and_is_no_higher(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rates, "_MAX_SLOTS", 10)
    clock = VirtualClock()
    limits = process(clock)
    rate = limits.rate(ACCOUNT, 25, 10)
    service = StrictService(25, 10, clock)
    until = clock.monotonic() + 21

    while clock.monotonic() < until:
        with rate.slot():
            service.ask()

    assert service.refused == 0
    assert service.answered > 40
    assert limits._tables.row("select max(slot) from rates where free_at > '2026-01-01'") == (8,)


def test_response_counts_although_the_database_is_gone(process: Process, sql: Sql) -> None:
    clock = VirtualClock()
    limits = process(clock)

    with limits.rate(ACCOUNT, 5, 10).slot():
        end(sql, limits)

    assert waits(clock, limits, 5) == 0


def test_no_call_is_made_without_the_database(process: Process, sql: Sql) -> None:
    limits = process(VirtualClock())
    rate = limits.rate(ACCOUNT, 5, 10)
    end(sql, limits)

    with pytest.raises(OrdosyncError), rate.slot():
        pytest.fail("the call was made")


def test_account_of_one_portal_needs_no_database() -> None:
    def connect() -> PostgresConnection:
        raise AssertionError("it has connected")

    clock = VirtualClock()
    with closing(SharedLimits(connect, clock, shared={"other"})) as limits:
        with limits.concurrency(ACCOUNT, 4).slot(), limits.rate(ACCOUNT, 5, 10).slot():
            pass
        with limits.bucket(ACCOUNT).reserve(10):
            pass


def test_calls_at_the_same_time_are_those_of_all_processes(process: Process) -> None:
    clock = VirtualClock()
    one, other = process(clock), process(clock)

    with (
        one.concurrency(ACCOUNT, 1).slot(),
        pytest.raises(BusyError),
        other.concurrency(ACCOUNT, 1).slot(),
    ):
        pass

    began = clock.monotonic()
    with other.concurrency(ACCOUNT, 1).slot():
        assert clock.monotonic() - began <= 0.1


def test_place_of_a_killed_process_is_free_at_once(process: Process) -> None:
    clock = VirtualClock()
    one, other = process(clock), process(clock)
    one.concurrency(ACCOUNT, 1)._take()  # type: ignore[attr-defined]

    one.close()

    began = clock.monotonic()
    with other.concurrency(ACCOUNT, 1).slot():
        assert clock.monotonic() - began <= 0.5
