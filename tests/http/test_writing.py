"""Responses to writes: a write that may have arrived never counts as not done."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from types import NoneType

import msgspec
import pytest

from ordosync.errors import (
    AccountError,
    LeaseLostError,
    RefusedError,
    SignInError,
    UnavailableError,
    UnknownOutcomeError,
)
from ordosync.http import HttpClient
from tests.http.conftest import QUICK, HastyClock
from tests.http.server import Reaction, Server, answer, hangs, reset

Serve = Callable[..., Server]
Session = Callable[..., HttpClient]


class Made(msgspec.Struct):
    id: int


MADE = answer('{"id": 7}', 201)


def create(http: HttpClient, *, idempotent: bool = False) -> Made:
    body = {"total": Decimal("12.30")}
    return http.send("POST", "/order", Made, action="create", json=body, idempotent=idempotent)


def test_write_is_sent_as_json_with_exact_money(serve: Serve, session: Session) -> None:
    server = serve(MADE)

    assert create(session(server.url)) == Made(id=7)

    assert server.seen[0].body == b'{"total":12.30}'
    assert server.seen[0].headers["content-type"] == "application/json"
    assert server.seen[0].headers["authorization"].startswith("Basic Y2tfa2V5Om")


def test_write_of_a_process_that_may_have_lost_its_lease_is_not_sent_but_it_reads(
    serve: Serve, session: Session
) -> None:
    def refuse() -> None:
        raise LeaseLostError("frozen")

    server = serve(MADE)
    http = session(server.url).counted(refuse)

    with pytest.raises(LeaseLostError):
        create(http)
    with pytest.raises(LeaseLostError):
        create(http, idempotent=True)
    http.get("/order", Made, action="read")

    assert [seen.line.partition(" ")[0] for seen in server.seen] == ["GET"]


@pytest.mark.parametrize(
    "reply", [answer(b"", 204, length=False, Connection="close"), answer("OK"), answer("{}", 201)]
)
def test_any_success_counts_if_no_body_is_expected(
    serve: Serve, session: Session, reply: bytes
) -> None:
    http = session(serve(reply).url)

    http.send("DELETE", "/tag/7", NoneType, action="remove the tag")


UNCLEAR: dict[str, bytes | Reaction] = {
    "reset": reset,
    "closed": b"",
    "500": answer(status=500),
    "503": answer(status=503, Retry_After="5"),
    "504": answer("<html>", 504, Content_Type="text/html"),
    "408": answer(status=408),
    "302": answer(status=302, Location="/order/7"),
    "HTML": answer("<html>", Content_Type="text/html"),
    "empty": answer(b""),
    "no content": answer(b"", 204, length=False, Connection="close"),
    "half": answer('{"id":', length=False),
    "cut short": answer('{"id": 7}', Content_Length="20", Connection="close"),
    "wrong shape": answer('{"id": "seven"}'),
    "too large": answer("[" + "1," * 60_000 + "1]"),
}


@pytest.mark.parametrize("reply", UNCLEAR.values(), ids=UNCLEAR)
def test_19_26_unclear_write_is_unknown_and_not_repeated(
    serve: Serve, session: Session, reply: bytes | Reaction, clock: HastyClock
) -> None:
    """Cases 19 and 26: also after a reset, when the body has been sent."""
    server = serve(reply)

    with pytest.raises(UnknownOutcomeError, match=r"^merchant acme: create: "):
        create(session(server.url))

    assert (len(server.seen), clock.sleeps) == (1, [])


def test_27_write_without_an_answer_in_time_is_unknown(serve: Serve, session: Session) -> None:
    server = serve(hangs())

    with pytest.raises(UnknownOutcomeError, match=r"127\.0\.0\.1 did not"):
        create(session(server.url, limits=QUICK))

    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("status", "kind"), [(400, RefusedError), (409, RefusedError), (403, SignInError)]
)
def test_refused_write_has_certainly_not_been_done(
    serve: Serve, session: Session, status: int, kind: type[AccountError]
) -> None:
    server = serve(answer('{"message": "No such SKU"}', status))

    with pytest.raises(kind, match=f"HTTP {status}: No such SKU"):
        create(session(server.url))

    assert len(server.seen) == 1


def test_refusal_counts_even_without_its_body(serve: Serve, session: Session) -> None:
    server = serve(answer('{"mess', 400, Content_Length="100", Connection="close"))

    with pytest.raises(RefusedError, match=r"HTTP 400$"):
        create(session(server.url))


def test_idempotent_write_is_retried(serve: Serve, session: Session) -> None:
    server = serve(answer(status=500), reset, MADE)

    assert create(session(server.url), idempotent=True) == Made(id=7)
    assert len(server.seen) == 3


def test_idempotent_write_without_a_clear_response_is_unknown(
    serve: Serve, session: Session
) -> None:
    server = serve(answer(status=500))

    with pytest.raises(UnknownOutcomeError, match="HTTP 500"):
        create(session(server.url), idempotent=True)

    assert len(server.seen) == 3


def test_first_attempt_that_may_have_arrived_is_not_forgotten(
    serve: Serve, session: Session
) -> None:
    server = serve(answer(status=500), answer(status=429, Retry_After="3600"))

    with pytest.raises(UnknownOutcomeError, match="HTTP 429"):
        create(session(server.url), idempotent=True)


def test_19_refused_connection_is_certain(session: Session) -> None:
    """Case 19: nothing was sent, so the write can be retried without a look-up."""
    with Server() as stopped:
        url = stopped.url

    with pytest.raises(UnavailableError, match=r"127\.0\.0\.1 refused the connection"):
        create(session(url))


def test_19_unknown_name_is_certain(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 19: the test fakes the resolver, since not every machine has one."""

    def fails(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr("socket.getaddrinfo", fails)

    with pytest.raises(UnavailableError, match=r"the name api\.example\.com cannot be resolved"):
        create(session("https://api.example.com"))


def test_429_is_certainly_not_done_and_is_retried(
    serve: Serve, session: Session, clock: HastyClock
) -> None:
    server = serve(answer(status=429, Retry_After="2"), MADE)

    assert create(session(server.url)) == Made(id=7)
    assert len(server.seen) == 2
    assert sum(clock.sleeps) == pytest.approx(2, abs=0.2)


def test_closed_connection_is_not_used_for_a_write(serve: Serve, session: Session) -> None:
    server = serve(lambda sock: sock.sendall(MADE), MADE)
    http = session(server.url)
    create(http)
    while not server.closed:
        time.sleep(0.01)

    assert create(http) == Made(id=7)
    assert server.connections == 2


@pytest.mark.parametrize(("point", "arrived"), [("http-before-send", 0), ("http-after-answer", 1)])
def test_failpoints_are_around_a_write_and_not_around_a_read(
    serve: Serve, point: str, arrived: int
) -> None:
    server = serve(answer("[1]"))
    script = (
        "from ordosync.clock import Clock; from ordosync.http import HttpClient;"
        f"http = HttpClient('a', '{server.url}', clock=Clock(), auth={{}});"
        "http.get('/read', list[int], action='read');"
        "http.send('POST', '/write', list[int], action='write')"
    )

    result = subprocess.run(
        [sys.executable, "-c", script], env={**os.environ, "ORDOSYNC_FAULT": point}, check=False
    )

    assert result.returncode == -signal.SIGKILL
    assert [seen.line.split()[1] for seen in server.seen] == ["/read", "/write"][: 1 + arrived]


def test_text_that_cannot_be_encoded_is_refused_without_a_request(
    serve: Serve, session: Session
) -> None:
    server = serve(MADE)

    with pytest.raises(RefusedError, match="surrogates not allowed"):
        session(server.url).send("POST", "/order", Made, action="create", json={"name": "\ud800"})

    assert server.seen == []


def test_link_or_odd_name_that_leads_elsewhere_is_refused(serve: Serve, session: Session) -> None:
    server = serve(MADE)

    with pytest.raises(RefusedError, match="not sent"):
        session(server.url).send("PUT", "/product/../order", Made, action="write")

    assert server.seen == []
