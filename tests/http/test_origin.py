"""A client calls one server, and never sends its secret to another one."""

import base64
from collections.abc import Callable
from pathlib import Path

import pytest

from ordosync.errors import RefusedError, UnavailableError, UnknownOutcomeError
from ordosync.http import HttpClient
from ordosync.secret import Secret
from tests.http.conftest import SECRET
from tests.http.server import Server, answer

Serve = Callable[..., Server]
Session = Callable[..., HttpClient]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_29_redirect_of_a_read_is_not_followed(serve: Serve, session: Session, status: int) -> None:
    """Case 29: the other server sees no request, and only its host is named."""
    other = serve()
    location = f"{other.url}/login?email=jane@example.com"
    server = serve(answer("", status, Location=location))

    with pytest.raises(UnavailableError) as raised:
        session(server.url).get("/", list[int], action="read")

    assert str(raised.value) == (
        f"merchant acme: read: HTTP {status}: responds with a redirect to 127.0.0.1;"
        " redirects are not followed"
    )
    assert (len(server.seen), other.connections) == (1, 0)


def test_29_redirected_write_is_unknown(serve: Serve, session: Session) -> None:
    other = serve()
    server = serve(answer("", 302, Location=f"{other.url}/done"))

    with pytest.raises(UnknownOutcomeError, match="HTTP 302: responds with a redirect to"):
        session(server.url).send("POST", "/order", list[int], action="create")

    assert (len(server.seen), other.connections) == (1, 0)


@pytest.mark.parametrize("location", ["/login", "http://[", "", "http://\x1b[31m"])
def test_redirect_to_no_other_host(serve: Serve, session: Session, location: str) -> None:
    server = serve(answer("", 302, Location=location))

    with pytest.raises(UnavailableError) as raised:
        session(server.url).get("/", list[int], action="read")

    assert str(raised.value).isprintable()


@pytest.mark.parametrize(
    ("link", "why"),
    [
        ("http://169.254.169.254/latest/meta-data", "another server, 169.254.169.254"),
        ("https://api.example.com/order?page=2", "another server, api.example.com"),
        ("//api.example.com/order", "cannot be part of a URL"),
        ("file:///etc/passwd", "an invalid URL"),
        ("@api.example.com/", "an invalid URL"),
        ("http://", "an invalid URL"),
        ("http://[", "an invalid URL"),
    ],
)
def test_29_link_to_another_server_is_refused(
    serve: Serve, session: Session, link: str, why: str
) -> None:
    """Case 29: no request is sent, not even to the right server."""
    server = serve()

    with pytest.raises(RefusedError, match=why):
        session(server.url).get(link, list[int], action="read the next page")

    assert server.seen == []


@pytest.mark.parametrize("trick", ["http://127.0.0.1:{port}\\@evil.example/", "@evil.example/x"])
def test_29_link_with_two_hosts_is_not_followed(serve: Serve, session: Session, trick: str) -> None:
    server = serve(answer("[1]"))
    link = trick.replace("{port}", str(server.port))

    try:
        session(server.url).get(link, list[int], action="read")
    except RefusedError:
        assert server.seen == []
    assert all("evil" not in seen.headers["host"] for seen in server.seen)


def test_link_to_the_same_server_is_followed(serve: Serve, session: Session) -> None:
    server = serve(answer("[1]"))
    http = session(f"{server.url}/v3")

    assert http.get(f"{server.url}/v3/order?page=2", list[int], action="read") == [1]
    assert server.seen[0].line == "GET /v3/order?page=2 HTTP/1.1"


def test_33_proxy_and_netrc_of_the_environment_are_ignored(
    serve: Serve, session: Session, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Case 33."""
    server, proxy = serve(answer("[1]")), serve()
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login other password stolen\n")
    for name, value in {
        "http_proxy": proxy.url,
        "HTTP_PROXY": proxy.url,
        "ALL_PROXY": proxy.url,
        "NETRC": str(netrc),
        "REQUESTS_CA_BUNDLE": str(netrc),
    }.items():
        monkeypatch.setenv(name, value)

    assert session(server.url).get("/", list[int], action="read") == [1]

    assert proxy.connections == 0
    sent = server.seen[0].headers["authorization"].removeprefix("Basic ")
    assert base64.b64decode(sent).decode() == f"ck_key:{SECRET}"


def test_33_configured_proxy_is_used(serve: Serve, session: Session) -> None:
    proxy = serve(answer("[1]"))
    http = session("http://shop.example", proxy=proxy.url, allow_http=True)

    assert http.get("/order", list[int], action="read") == [1]
    assert proxy.seen[0].line == "GET http://shop.example/order HTTP/1.1"


def test_write_that_a_proxy_refuses_is_certainly_not_done(serve: Serve, session: Session) -> None:
    proxy = serve(answer("", 407, Connection="close"))
    http = session("https://shop.example", proxy=proxy.url)

    with pytest.raises(UnavailableError, match=r"the proxy refuses a connection to shop\.ex"):
        http.send("POST", "/order", list[int], action="create")

    assert proxy.seen[0].line.startswith("CONNECT shop.example:443 ")
    assert "authorization" not in proxy.seen[0].headers


def test_secret_may_go_into_a_header(serve: Serve, session: Session) -> None:
    server = serve(answer("[1]"))
    http = session(server.url, auth={"X-Shopify-Access-Token": Secret("shpat_1")})

    http.get("/", list[int], action="read")

    assert server.seen[0].headers["x-shopify-access-token"] == "shpat_1"


def test_secret_may_change_from_request_to_request(serve: Serve, session: Session) -> None:
    server = serve(answer("[1]"), answer("[1]"))
    tokens = iter(("shpat_1", "shpat_1", "shpat_2", "shpat_2"))
    http = session(server.url, auth=lambda: {"X-Shopify-Access-Token": Secret(next(tokens))})

    for _ in range(2):
        http.get("/", list[int], action="read")

    sent = [seen.headers["x-shopify-access-token"] for seen in server.seen]
    assert sent == ["shpat_1", "shpat_2"]


def test_no_cookie_is_kept(serve: Serve, session: Session) -> None:
    server = serve(answer("[1]", Set_Cookie="cart=1; Path=/"))
    http = session(server.url)

    http.get("/", list[int], action="read")
    http.get("/", list[int], action="read")

    assert "cookie" not in server.seen[1].headers


@pytest.mark.parametrize(
    ("url", "options", "why"),
    [
        ("http://shop.example", {}, "use https://"),
        ("http://127.0.0.1.example", {}, "use https://"),
        ("ftp://shop.example", {}, "must begin with https://"),
        ("file:///etc/passwd", {}, "must begin with https://"),
        ("shop.example", {}, "must begin with https://"),
        ("https://", {}, "must name a host"),
        ("https://key:word@shop.example", {}, "must not contain a user"),
        ("https://shop.example/?a=b", {}, "must not contain"),
        ("https://[", {}, "cannot be parsed"),
        ("https://shop.example", {"proxy": "socks5://localhost:1080"}, "must begin with http://"),
        ("https://shop.example", {"auth": ("a:b", Secret("c"))}, "cannot contain a colon"),
        ("https://shop.example", {"auth": {"X-Key": Secret("a\nb")}}, "cannot be sent"),
    ],
)
def test_address_that_cannot_be_used_is_a_configuration_problem(
    session: Session, url: str, options: dict[str, object], why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        session(url, **options)


@pytest.mark.parametrize("url", ["http://localhost:8080", "http://[::1]/wp", "http://127.0.0.2"])
def test_loopback_needs_no_tls(session: Session, url: str) -> None:
    session(url)


def test_http_can_be_allowed(session: Session) -> None:
    session("http://shop.example", allow_http=True)
