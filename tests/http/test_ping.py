"""Pings: a monitor is called, and its failures do no harm."""

from collections.abc import Callable

from ordosync.http import ping
from ordosync.secret import Secret
from tests.http.server import Server, answer

Serve = Callable[..., Server]


def test_monitor_is_asked_and_not_followed(serve: Serve) -> None:
    other = serve()
    server = serve(answer("", 302, Location=other.url))

    ping(Secret(f"{server.url}/uuid/fail"))

    assert [seen.line for seen in server.seen] == ["GET /uuid/fail HTTP/1.1"]
    assert other.connections == 0


def test_monitor_that_is_not_there_does_not_matter() -> None:
    with Server() as stopped:
        url = stopped.url

    ping(Secret(url))
    ping(None)
