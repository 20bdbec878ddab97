"""A signal ends the waits of a client: immediately, or for a write after a grace period."""

import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest
import trustme

from ordosync.clock import Clock
from ordosync.errors import RefusedError, StoppedCallError, UnavailableError, UnknownOutcomeError
from ordosync.http import HttpClient, Limits
from ordosync.http.rate_limit import LocalRateLimit
from tests.http.server import Reaction, Server, accepts_no_connection, answer

Serve = Callable[..., Server]
Session = Callable[..., HttpClient]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n"
IMPATIENT = Limits(grace_s=0.5)
AT_ONCE_S = 5
"""Far below the timeouts of a client."""
CONNECT_S = Limits().connect_s - 1
"""Below the limit of a connect."""


class WatchedClock(Clock):
    """A clock that reports when a wait reads it after the signal.

    The signal can come as soon as a number of waits has begun.
    """

    def __init__(self) -> None:
        super().__init__()
        self.was_asked = threading.Event()
        self.waits_before_signal = 0

    def check(self, *, grace_s: float = 0) -> None:
        super().check(grace_s=grace_s)
        if self._stopped_at_s is not None:
            self.was_asked.set()
        self.waits_before_signal -= 1
        if self.waits_before_signal == 0:
            self.stop()


@pytest.fixture
def clock() -> WatchedClock:
    return WatchedClock()


@pytest.fixture
def private(session: Session, tmp_path: Path) -> tuple[ssl.SSLContext, Session]:
    """A certificate of a private authority, and clients that trust it."""
    authority, path = trustme.CA(), tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context, partial(session, ca_file=path)


def stops(clock: Clock, *pieces: bytes, then: bytes = b"") -> Reaction:
    """Send the pieces, let a signal come, and send the rest or hang."""

    def react(sock: socket.socket) -> None:
        for piece in pieces:
            sock.sendall(piece)
        clock.stop()
        sock.sendall(then)
        sock.settimeout(2 * AT_ONCE_S)
        # Wait until the client goes away.
        sock.recv(1)

    return react


PIECES = [(), (b"HTTP/1.1 200",), (HEAD,), (HEAD, b"[1,")]


@pytest.mark.parametrize("pieces", PIECES)
def test_read_ends_at_once(
    serve: Serve, session: Session, clock: Clock, pieces: tuple[bytes, ...]
) -> None:
    is_left_at_once(session(serve(stops(clock, *pieces)).url))


@pytest.mark.parametrize("pieces", PIECES)
def test_read_over_tls_ends_at_once(
    serve: Serve, private: tuple[ssl.SSLContext, Session], clock: Clock, pieces: tuple[bytes, ...]
) -> None:
    context, session = private

    is_left_at_once(session(serve(stops(clock, *pieces), tls=context).url))


def is_left_at_once(http: HttpClient) -> None:
    began = time.monotonic()
    with pytest.raises(StoppedCallError, match="had not responded when a signal ended the wait"):
        http.get("/", list[int], action="read")

    assert time.monotonic() - began < AT_ONCE_S


def test_name_look_up_is_left_at_once(
    session: Session, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends, threads = threading.Event(), []

    def look_up(*_: object) -> None:
        threads.append(threading.current_thread())
        clock.stop()
        ends.wait(2 * AT_ONCE_S)

    monkeypatch.setattr("socket.getaddrinfo", look_up)
    http = session("https://shop.example")

    is_left_unsent(http, within_s=AT_ONCE_S)

    assert [thread.daemon for thread in threads] == [True]
    ends.set()
    threads[0].join()


def test_connect_is_left_at_once(session: Session, clock: WatchedClock) -> None:
    with accepts_no_connection() as url:
        clock.waits_before_signal = 2  # the name look-up and the connect

        is_left_unsent(session(url), within_s=CONNECT_S)


def test_connect_to_a_proxy_is_left_at_once(session: Session, clock: WatchedClock) -> None:
    with accepts_no_connection() as url:
        clock.waits_before_signal = 2

        is_left_unsent(session("https://shop.example", proxy=url), within_s=CONNECT_S)


def test_proxy_that_does_not_connect_is_left_at_once(
    serve: Serve, session: Session, clock: Clock
) -> None:
    proxy = serve(stops(clock))

    is_left_unsent(session("https://shop.example", proxy=proxy.url), within_s=AT_ONCE_S)

    assert [seen.line.split()[:2] for seen in proxy.seen] == [["CONNECT", "shop.example:443"]]


def test_handshake_ends_at_once(private: tuple[ssl.SSLContext, Session], clock: Clock) -> None:
    _, session = private
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))

        def accept() -> None:
            stack.enter_context(listener.accept()[0])
            clock.stop()

        thread = threading.Thread(target=accept)
        thread.start()
        http = session(f"https://127.0.0.1:{listener.getsockname()[1]}")

        is_left_unsent(http, within_s=CONNECT_S)
        thread.join()


def is_left_unsent(http: HttpClient, *, within_s: float) -> None:
    """Write, while a signal comes before the request is sent."""
    began = time.monotonic()
    with pytest.raises(StoppedCallError):
        http.send("POST", "/", list[int], action="write")

    assert time.monotonic() - began < within_s


def test_write_to_a_server_that_does_not_read_ends_at_once(session: Session, clock: Clock) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        http = session(f"http://127.0.0.1:{listener.getsockname()[1]}")
        threading.Timer(0, clock.stop).start()

        began = time.monotonic()
        with pytest.raises(StoppedCallError):
            http.query("/", list[int], action="read", json="x" * 10_000_000)

    assert time.monotonic() - began < AT_ONCE_S


def test_write_that_is_answered_in_time_is_certain(
    serve: Serve, session: Session, clock: WatchedClock
) -> None:
    def react(sock: socket.socket) -> None:
        clock.stop()
        clock.was_asked.wait(AT_ONCE_S)
        sock.sendall(answer("[7]"))

    http = session(serve(react).url)

    assert http.send("POST", "/", list[int], action="write") == [7]
    assert clock.was_asked.is_set()


def test_write_that_is_not_answered_in_time_is_unknown(
    serve: Serve, session: Session, clock: Clock
) -> None:
    server = serve(stops(clock))

    began = time.monotonic()
    with pytest.raises(UnknownOutcomeError):
        session(server.url, limits=IMPATIENT).send(
            "PUT", "/", list[int], action="write", idempotent=True
        )

    assert time.monotonic() - began < AT_ONCE_S
    assert len(server.seen) == 1


def test_refusal_without_its_body_is_certain(serve: Serve, session: Session, clock: Clock) -> None:
    http = session(serve(stops(clock, HEAD.replace(b"200", b"422"))).url, limits=IMPATIENT)

    with pytest.raises(RefusedError, match="HTTP 422"):
        http.send("POST", "/", list[int], action="write")


def test_no_request_is_made_after_a_signal(serve: Serve, session: Session, clock: Clock) -> None:
    server = serve(answer("[1]"))
    http = session(server.url)
    clock.stop()

    with pytest.raises(StoppedCallError):
        http.get("/", list[int], action="read")
    with pytest.raises(StoppedCallError):
        http.send("POST", "/", list[int], action="write")

    assert server.seen == []


@pytest.mark.parametrize(("status", "kind"), [(503, UnavailableError), (429, StoppedCallError)])
def test_wait_before_a_retry_ends_at_once(
    serve: Serve, session: Session, clock: Clock, status: int, kind: type[UnavailableError]
) -> None:
    server = serve(stops(clock, then=answer("{}", status, Retry_After="29")))

    began = time.monotonic()
    with pytest.raises(kind):
        session(server.url).get("/", list[int], action="read")

    assert time.monotonic() - began < AT_ONCE_S
    assert len(server.seen) == 1


def test_wait_for_the_rate_limit_ends_at_once(serve: Serve, session: Session, clock: Clock) -> None:
    server = serve(answer("[1]"))
    http = session(server.url, rate=LocalRateLimit(1, 60, clock))
    http.get("/", list[int], action="read")
    threading.Timer(0, clock.stop).start()

    began = time.monotonic()
    with pytest.raises(StoppedCallError):
        http.get("/", list[int], action="read")

    assert time.monotonic() - began < AT_ONCE_S
    assert len(server.seen) == 1
