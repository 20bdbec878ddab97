"""Limits: no server can delay a call longer, or use more memory, than they allow."""

import gzip
import socket
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable

import pytest

from ordosync.errors import NotFoundError, UnavailableError
from ordosync.http import HttpClient, Limits
from tests.http.conftest import QUICK, HastyClock
from tests.http.server import (
    LASTS_S,
    Reaction,
    Server,
    accepts_no_connection,
    answer,
    drips,
    hangs,
)

Serve = Callable[..., Server]
Session = Callable[..., HttpClient]

AT_ONCE_S = LASTS_S / 2
"""Far above what a busy machine needs."""
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def floods(sock: socket.socket) -> None:
    sock.sendall(HEAD + b"\r\n[")
    while True:
        sock.sendall(b"1," * 10_000)


SLOW: dict[str, Reaction] = {
    "status line": drips(b"H"),
    "drip in a header": drips(HEAD + b"X-Long: ", b"x"),
    "headers without end": drips(HEAD, b"X: 1\r\n"),
    "drip in the body": drips(HEAD + b"Content-Length: 100000\r\n\r\n", b"1"),
    "drip without length": drips(HEAD + b"\r\n", b"1"),
    "drip in a chunk": drips(HEAD + b"Transfer-Encoding: chunked\r\n\r\nffff\r\n", b"1"),
    "drip of chunks": drips(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n1\r\n"),
    "drip in words": drips(HEAD.replace(b"200", b"500") + b"\r\n", b"1"),
    "no answer": hangs(),
    "hang after headers": hangs(HEAD + b"Content-Length: 10\r\n\r\n"),
    "hang in the body": hangs(HEAD + b"Content-Length: 10\r\n\r\n[1,"),
}


@pytest.mark.parametrize("reaction", SLOW.values(), ids=SLOW)
def test_27_slow_answer_ends_with_the_total_limit(
    serve: Serve, session: Session, reaction: Reaction, clock: HastyClock
) -> None:
    """Case 27: all attempts together."""
    http = session(serve(reaction).url, limits=QUICK)

    began = time.monotonic()
    with pytest.raises(UnavailableError, match=r"127\.0\.0\.1 did not|HTTP 500"):
        http.get("/", list[int], action="read")

    assert time.monotonic() - began < AT_ONCE_S
    assert sum(clock.sleeps) <= 4


def test_27_endless_answer_ends_with_the_limit_of_size(serve: Serve, session: Session) -> None:
    server = serve(floods)

    with pytest.raises(UnavailableError, match=r"responded with more than 0\.1 MB"):
        session(server.url).get("/", list[int], action="read")

    assert len(server.seen) == 1


def test_server_that_does_not_read_ends_with_the_total_limit(session: Session) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        http = session(f"http://127.0.0.1:{listener.getsockname()[1]}", limits=QUICK)
        began = time.monotonic()
        with pytest.raises(UnavailableError):
            http.query("/", list[int], action="read", json="x" * 10_000_000)

    assert time.monotonic() - began < AT_ONCE_S


def test_connection_that_is_not_accepted_ends_with_its_timeout(session: Session) -> None:
    with (
        accepts_no_connection() as url,
        pytest.raises(UnavailableError, match=r"127\.0\.0\.1 did not"),
    ):
        session(url, limits=QUICK).send("POST", "/order", list[int], action="create")


def test_connection_that_is_not_taken_by_any_address_ends_with_the_total_limit(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_up = socket.getaddrinfo
    monkeypatch.setattr("socket.getaddrinfo", lambda *args: look_up(*args) * 100)

    with accepts_no_connection() as url:
        began = time.monotonic()
        with pytest.raises(UnavailableError, match=r"127\.0\.0\.1 did not"):
            session(url, limits=QUICK).send("POST", "/order", list[int], action="create")

    assert time.monotonic() - began < QUICK.total_s + 1


def test_first_address_that_accepts_is_taken(
    serve: Serve, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(answer("[1]"))
    with Server() as stopped:
        ports = [stopped.port, server.port]
    addresses = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port)) for port in ports]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_: addresses)

    assert session("http://localhost").get("/", list[int], action="read") == [1]
    assert len(server.seen) == 1


def test_address_is_connected_to_without_a_thread_that_looks_it_up(
    serve: Serve, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ordosync.http.deadlines.interruptible", None)

    assert session(serve(answer("[1]")).url).get("/", list[int], action="read") == [1]


def test_name_that_is_not_resolved_in_time_ends_with_the_total_limit(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = threading.Event()
    monkeypatch.setattr("socket.getaddrinfo", lambda *_: ends.wait())

    with pytest.raises(UnavailableError, match=r"shop\.example did not complete"):
        session("https://shop.example", limits=QUICK).send("POST", "/", list[int], action="create")
    ends.set()


def test_name_that_cannot_exist_is_an_error_of_the_account(session: Session) -> None:
    with pytest.raises(UnavailableError, match=r"no complete response from x+\.example"):
        session(f"https://{'x' * 64}.example").send("POST", "/", list[int], action="create")


@pytest.mark.parametrize("chunked", [False, True])
def test_28_gzip_bomb_is_stopped_before_it_unfolds(
    serve: Serve, session: Session, chunked: bool
) -> None:
    """Case 28: the limit is for the unpacked response, and memory stays flat."""
    bomb = gzip_of_spaces(megabytes=50)
    reply = answer(bomb, Content_Encoding="gzip")
    if chunked:
        chunks = b"%x\r\n%b\r\n0\r\n\r\n" % (len(bomb), bomb)
        reply = answer(chunks, length=False, Content_Encoding="gzip", Transfer_Encoding="chunked")
    server = serve(reply)
    http = session(server.url, limits=Limits(size=1_000_000))

    tracemalloc.start()
    try:
        with pytest.raises(UnavailableError, match="responded with more than 1 MB"):
            http.get("/", list[int], action="read")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 4_000_000
    assert len(server.seen) == 1


def gzip_of_spaces(*, megabytes: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(b" " * 1_000_000) for _ in range(megabytes)) + packer.flush()


def test_packed_answer_is_unpacked(serve: Serve, session: Session) -> None:
    server = serve(answer(gzip.compress(b"[1,2]"), Content_Encoding="gzip"))

    assert session(server.url).get("/", list[int], action="read") == [1, 2]
    assert server.seen[0].headers["accept-encoding"] == "gzip"


def test_28_error_with_a_huge_text_is_still_that_error(serve: Serve, session: Session) -> None:
    server = serve(answer('{"message": "%s"}' % ("x" * 90_000), 404))

    with pytest.raises(NotFoundError, match=r"HTTP 404$"):
        session(server.url).get("/", list[int], action="read")
