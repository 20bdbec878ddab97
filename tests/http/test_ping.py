"""Pings: a monitor is called, and its failures do no harm."""

import socket
import time
from collections.abc import Callable

import pytest

from ordosync.clock import Clock
from ordosync.http import ping
from ordosync.secret import Secret
from tests.http.server import Server, accepts_no_connection, answer

Serve = Callable[..., Server]
AT_ONCE_S = 5
"""Half of what a ping may take."""


class StoppingClock(Clock):
    """A clock whose signal comes as soon as a wait has begun."""

    def check(self, *, grace_s: float = 0) -> None:
        super().check(grace_s=grace_s)
        self.stop()


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_monitor_is_called_and_its_redirect_is_not_followed(serve: Serve, clock: Clock) -> None:
    other = serve()
    server = serve(answer("", 302, Location=other.url))

    ping(Secret(f"{server.url}/uuid/fail"), clock)

    assert [seen.line for seen in server.seen] == ["GET /uuid/fail HTTP/1.1"]
    assert other.connections == 0


def test_unreachable_monitor_does_no_harm(clock: Clock) -> None:
    with Server() as stopped:
        url = stopped.url

    ping(Secret(url), clock)
    ping(Secret(f"https://{'x' * 64}.example"), clock)
    ping(None, clock)


def test_monitor_that_sends_a_byte_now_and_then_holds_no_run(serve: Serve, clock: Clock) -> None:
    def drips(sock: socket.socket) -> None:
        while True:
            sock.sendall(b"H")
            server.ends.wait(0.02)

    server = serve(drips)

    ping(Secret(server.url), clock, timeout_s=0.3)

    assert len(server.seen) == 1


def test_signal_ends_a_ping_at_once(serve: Serve, clock: Clock) -> None:
    def stops(sock: socket.socket) -> None:
        clock.stop()
        sock.settimeout(2 * AT_ONCE_S)
        sock.recv(1)  # until the other side goes away

    is_left_at_once(serve(stops).url, clock)


def test_signal_ends_a_ping_whose_monitor_accepts_no_connection() -> None:
    with accepts_no_connection() as url:
        is_left_at_once(url, StoppingClock())


def is_left_at_once(url: str, clock: Clock) -> None:
    began = time.monotonic()
    ping(Secret(url), clock)

    assert time.monotonic() - began < AT_ONCE_S


def test_no_monitor_is_asked_after_a_signal(serve: Serve, clock: Clock) -> None:
    server = serve()
    clock.stop()

    ping(Secret(server.url), clock)

    assert server.connections == 0
