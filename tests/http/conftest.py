"""An HTTP client of a scripted server, with timeouts short enough for a test."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

from ordosync.clock import Clock
from ordosync.http import HttpClient, Limits
from ordosync.http.account_limits import LocalLimits
from ordosync.secret import Secret
from tests.http.limits import Limited
from tests.http.server import Reaction, Server
from tests.postgres.limits import shared_limits
from tests.support.clock import START

SECRET = "cs_9f8e7d6c5b4a"  # noqa: S105 - a canary
# Long enough for a busy machine; tests of the timeouts set their own.
LIMITS = Limits(size=100_000)
QUICK = Limits(connect_s=0.3, read_s=0.2, total_s=0.3, size=100_000)


class HastyClock(Clock):
    """A real clock that does not sleep, but records how long it should have slept."""

    def __init__(self) -> None:
        self.sleeps: list[float] = []

    def now(self) -> datetime:
        return START + timedelta(seconds=sum(self.sleeps))

    def monotonic(self) -> float:
        return time.monotonic() + sum(self.sleeps)

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)


@pytest.fixture
def clock() -> HastyClock:
    return HastyClock()


@pytest.fixture(params=["local", "shared"])
def limited(request: pytest.FixtureRequest) -> Iterator[Limited]:
    """Return what makes the limits of accounts: of one process, and of several hosts."""
    if request.param == "local":
        yield LocalLimits
        return
    url: str = request.getfixturevalue("postgres")
    with ExitStack() as stack:
        yield lambda clock: stack.enter_context(closing(shared_limits(url, clock)))


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def serve(stack: ExitStack) -> Callable[..., Server]:
    def serve(*script: bytes | Reaction, **options: Any) -> Server:
        return stack.enter_context(Server(*script, **options))

    return serve


@pytest.fixture
def session(stack: ExitStack, clock: HastyClock) -> Callable[..., HttpClient]:
    def session(url: str, **options: Any) -> HttpClient:
        defaults: dict[str, Any] = {
            "auth": ("ck_key", Secret(SECRET)),
            "clock": clock,
            "limits": LIMITS,
            "random": Random(7),  # noqa: S311
        }
        http = HttpClient("merchant acme", url, **defaults | options)
        stack.callback(http.close)
        return http

    return session
