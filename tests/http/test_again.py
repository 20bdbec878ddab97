"""Retries of a request: a few within a run, or later by the engine."""

from collections.abc import Callable
from random import Random

import pytest

from ordosync.errors import UnavailableError
from ordosync.http import HttpClient, LocalRateLimit
from ordosync.http.retries import RetryBudget, backoff_s, parse_retry_after
from tests.http.conftest import HastyClock
from tests.http.server import Server, answer
from tests.support.clock import START

Serve = Callable[..., Server]
Session = Callable[..., HttpClient]

# This is 20 s after START.
A_DATE = "Mon, 02 Nov 2026 00:00:20 GMT"


def read(http: HttpClient) -> list[int]:
    return http.get("/order", list[int], action="read orders")


@pytest.mark.parametrize(
    ("asked", "wait_s"),
    [
        ("2", 2),
        ("2.5", 2.5),
        (A_DATE, 20),
        ("Monday, 02-Nov-26 00:00:20 GMT", 20),
        ("86400", 86_400),
        ("9" * 400, 86_400),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400),
        ("0", None),
        ("-1", None),
        ("soon", None),
        ("", None),
        ("1e3", None),
        ("nan", None),
        ("٣", None),
        ("Sun, 01 Nov 2026 00:00:00 GMT", None),
        ("Mon, 99 Nov 2026 00:00:00 GMT", None),
        ("2 s", None),
    ],
)
def test_retry_after_is_limited_and_invalid_values_are_ignored(
    asked: str, wait_s: float | None
) -> None:
    assert parse_retry_after({"Retry-After": asked}, START) == wait_s


def test_no_retry_after() -> None:
    assert parse_retry_after({}, START) is None


@pytest.mark.parametrize(("asked", "wait_s"), [("2", 2), (A_DATE, 20), ("30", 30)])
def test_23_short_retry_after_is_waited_out(
    serve: Serve, session: Session, clock: HastyClock, asked: str, wait_s: float
) -> None:
    """Case 23."""
    server = serve(answer(status=429, Retry_After=asked), answer("[1]"))

    assert read(session(server.url)) == [1]
    assert sum(clock.sleeps) == pytest.approx(wait_s, abs=0.3)


@pytest.mark.parametrize("status", [429, 503])
def test_23_long_retry_after_is_left_to_the_engine(
    serve: Serve, session: Session, clock: HastyClock, status: int
) -> None:
    server = serve(answer(status=status, Retry_After="86400"))

    with pytest.raises(UnavailableError, match=f"HTTP {status}, try again in 86400 s") as raised:
        read(session(server.url))

    assert raised.value.retry_after_s == 86_400
    assert (len(server.seen), clock.sleeps) == (1, [])


def test_23_long_retry_after_holds_other_requests(serve: Serve, session: Session) -> None:
    server = serve(answer(status=429, Retry_After="3600"))
    http = session(server.url)
    with pytest.raises(UnavailableError):
        read(http)

    with pytest.raises(UnavailableError, match="too many requests for now") as raised:
        read(http.counted())

    assert raised.value.retry_after_s == pytest.approx(3600, abs=1)
    assert len(server.seen) == 1


@pytest.mark.parametrize("asked", ["-1", "0", "soon", None])
def test_23_429_without_a_time_waits_out_the_period(
    serve: Serve, session: Session, clock: HastyClock, asked: str | None
) -> None:
    more = {} if asked is None else {"Retry_After": asked}
    server = serve(answer(b"", 429, length=True, **more), answer("[1]"))
    http = session(server.url, rate=LocalRateLimit(500, 60, clock))

    assert read(http) == [1]
    assert 30 <= sum(clock.sleeps) <= 60


def test_23_total_wait_is_bounded(serve: Serve, session: Session, clock: HastyClock) -> None:
    server = serve(answer(status=429))

    with pytest.raises(UnavailableError) as raised:
        read(session(server.url, rate=LocalRateLimit(500, 60, clock)))

    assert len(server.seen) == 3
    assert 60 <= sum(clock.sleeps) <= 120
    assert raised.value.retry_after_s is not None


def test_24_503_has_a_floor(serve: Serve, session: Session, clock: HastyClock) -> None:
    server = serve(answer(status=503), answer(status=503), answer("[1]"))

    assert read(session(server.url)) == [1]
    assert all(1 <= sleep <= 3 for sleep in clock.sleeps)


def test_backoff_is_random_below_a_doubling_limit() -> None:
    random = Random(1)  # noqa: S311
    longest = [max(backoff_s(attempt, random) for _ in range(2000)) for attempt in (1, 2, 3, 20)]

    assert longest == pytest.approx([1, 2, 4, 30], rel=0.02)


def test_budget_is_a_tenth_but_never_less_than_five() -> None:
    new, busy = RetryBudget(), RetryBudget()
    for _ in range(200):
        busy.count()

    assert sum(new.take_retry() for _ in range(50)) == 5
    assert sum(busy.take_retry() for _ in range(50)) == 20


def test_outage_is_not_answered_with_more_requests(serve: Serve, session: Session) -> None:
    server = serve(answer(status=500))
    portal, other = session(server.url), session(server.url)

    for _ in range(20):
        with pytest.raises(UnavailableError):
            read(portal)
    with pytest.raises(UnavailableError):
        read(other)

    assert (portal.calls, other.calls) == (25, 3)
