"""TLS: a client trusts servers with a certificate for their name, from a known authority."""

import socket
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme

from ordosync.errors import UnavailableError, UnknownOutcomeError
from ordosync.http import HttpClient
from tests.http.certificates import known_as
from tests.http.conftest import LIMITS, QUICK, HastyClock
from tests.http.server import Reaction, Server, answer, drips, hangs

Serve = Callable[..., Server]
Session = Callable[..., HttpClient]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> Path:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return path


def test_configured_authority_is_trusted(
    serve: Serve, session: Session, authority: trustme.CA, ca_file: Path
) -> None:
    server = serve(answer("[1]"), tls=known_as(authority.issue_cert("127.0.0.1")))
    http = session(server.url, ca_file=ca_file)

    assert http.get("/", list[int], action="read") == [1]
    assert http.get("/", list[int], action="read") == [1]
    assert server.connections == 1


def test_19_expired_certificate(
    serve: Serve, session: Session, authority: trustme.CA, ca_file: Path
) -> None:
    """Case 19: a clear line, and nothing is sent."""
    expired = authority.issue_cert(
        "127.0.0.1",
        not_before=datetime(2019, 1, 1, tzinfo=UTC),
        not_after=datetime(2020, 1, 1, tzinfo=UTC),
    )
    server = serve(tls=known_as(expired))

    with pytest.raises(UnavailableError, match=r"the certificate of 127\.0\.0\.1 has expired$"):
        session(server.url, ca_file=ca_file).get("/", list[int], action="read")

    assert (server.seen, server.connections) == ([], 1)


def test_19_unknown_authority(serve: Serve, session: Session) -> None:
    server = serve(tls=known_as(trustme.CA().issue_cert("127.0.0.1")))

    with pytest.raises(UnavailableError, match="is from an unknown authority"):
        session(server.url).get("/", list[int], action="read")

    assert server.seen == []


def test_configured_authority_replaces_the_public_ones(
    serve: Serve, session: Session, ca_file: Path
) -> None:
    server = serve(tls=known_as(trustme.CA().issue_cert("127.0.0.1")))

    with pytest.raises(UnavailableError, match="is from an unknown authority"):
        session(server.url, ca_file=ca_file).send("POST", "/", list[int], action="write")

    assert server.seen == []


def test_19_certificate_for_another_name(
    serve: Serve, session: Session, authority: trustme.CA, ca_file: Path
) -> None:
    server = serve(tls=known_as(authority.issue_cert("api.example.com")))

    with pytest.raises(UnavailableError, match=r"the certificate of 127\.0\.0\.1 is for another"):
        session(server.url, ca_file=ca_file).get("/", list[int], action="read")

    assert server.seen == []


def test_19_server_without_tls(serve: Serve, session: Session) -> None:
    server = serve(lambda sock: sock.sendall(b"HTTP/1.1 400 Bad\r\n\r\n"))
    url = server.url.replace("http:", "https:")

    with pytest.raises(UnavailableError, match=r"127\.0\.0\.1"):
        session(url).send("POST", "/", list[int], action="write")


def test_27_drip_over_tls_ends_with_the_total_limit(
    serve: Serve, session: Session, authority: trustme.CA, ca_file: Path
) -> None:
    server = serve(
        drips(b"HTTP/1.1 200 OK\r\n", b"X: 1\r\n"), tls=known_as(authority.issue_cert("127.0.0.1"))
    )

    with pytest.raises(UnavailableError, match="did not complete its response within"):
        session(server.url, ca_file=ca_file, limits=QUICK).get("/", list[int], action="read")


def tunnel(tls: ssl.SSLContext, react: Reaction) -> Reaction:
    """Act as a proxy that accepted the tunnel, and as the server behind it."""

    def play(sock: socket.socket) -> None:
        sock.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
        with tls.wrap_socket(sock, server_side=True) as inner:
            inner.recv(65_536)
            react(inner)

    return play


def test_server_behind_a_proxy_must_prove_its_own_name(
    serve: Serve, session: Session, authority: trustme.CA, ca_file: Path
) -> None:
    right, wrong = (
        serve(tunnel(known_as(authority.issue_cert(name)), hangs(answer("[1]"))))
        for name in ("shop.example", "127.0.0.1")
    )

    def read(proxy: Server) -> list[int]:
        http = session("https://shop.example", ca_file=ca_file, proxy=proxy.url)
        return http.send("POST", "/", list[int], action="write")

    assert read(right) == [1]
    with pytest.raises(UnavailableError, match=r"certificate of shop\.example is for another"):
        read(wrong)


def test_write_through_a_proxy_that_may_have_arrived_is_unknown(
    serve: Serve, session: Session, authority: trustme.CA, ca_file: Path, clock: HastyClock
) -> None:
    def respond_late(sock: socket.socket) -> None:
        clock.sleep(LIMITS.total_s)
        hangs(b"HTTP/1.1 200 OK\r\n")(sock)

    proxy = serve(tunnel(known_as(authority.issue_cert("shop.example")), respond_late))
    http = session("https://shop.example", ca_file=ca_file, proxy=proxy.url)

    with pytest.raises(UnknownOutcomeError, match=r"shop\.example did not complete"):
        http.send("POST", "/", list[int], action="write")


def test_27_silence_in_place_of_a_handshake(session: Session) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        http = session(f"https://127.0.0.1:{listener.getsockname()[1]}", limits=QUICK)

        with pytest.raises(UnavailableError, match=r"127\.0\.0\.1 did not"):
            http.send("POST", "/", list[int], action="write")


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_useless_ca_file_is_a_configuration_problem(
    session: Session, tmp_path: Path, content: str | None
) -> None:
    path = tmp_path / "ca.pem"
    if content:
        path.write_text(content)

    with pytest.raises(ValueError, match=r"ca\.pem contains no readable certificates"):
        session("https://api.example.com", ca_file=path)
