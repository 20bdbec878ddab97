"""Web pages in place of JSON: from a host, a firewall, or a shop under maintenance."""

from collections.abc import Callable

import pytest

from ordosync.errors import AccountError, RefusedError, SignInError, UnavailableError
from ordosync.http import HttpClient
from tests.http.server import Server, answer

Serve = Callable[..., Server]
Session = Callable[..., HttpClient]
FIREWALL = "<html><head><title>Attention\n Required!</title></head><body>Ray 7</body></html>"


def page(text: str, status: int, **headers: str) -> bytes:
    return answer(text, status, length=True, Content_Type="text/html; charset=UTF-8", **headers)


@pytest.mark.parametrize("status", [403, 404])
def test_firewall_that_refuses_is_not_the_service(
    serve: Serve, session: Session, status: int
) -> None:
    """An order that a firewall blocks must neither end the run nor count as missing."""
    server = serve(page(FIREWALL, status))

    with pytest.raises(UnavailableError, match=r'a web page, "Attention Required!"$'):
        session(server.url).get("/orders/1", dict[str, str], action="read order 1")
    with pytest.raises(UnavailableError):
        session(server.url).send("POST", "/orders", dict[str, str], action="create order 1")

    # A retry would have the same result.
    assert len(server.seen) == 2


def test_page_with_http_401_ends_the_run(serve: Serve, session: Session) -> None:
    with pytest.raises(SignInError):
        session(serve(page("<html>", 401)).url).get("/orders", dict[str, str], action="read")


def test_page_with_an_error_message_is_a_refusal(serve: Serve, session: Session) -> None:
    with pytest.raises(RefusedError, match="Not Acceptable"):
        session(serve(page("<title>Not Acceptable</title>", 406)).url).send(
            "POST", "/orders", dict[str, str], action="create order 1"
        )


def test_shop_that_is_under_maintenance_says_when_it_is_back(
    serve: Serve, session: Session
) -> None:
    server = serve(page("<title>Maintenance</title>", 503, Retry_After="600"))

    with pytest.raises(UnavailableError, match='"Maintenance", try again in 600 s') as caught:
        session(server.url).get("/orders", dict[str, str], action="read orders")

    assert caught.value.retry_after_s == 600
    assert len(server.seen) == 1


@pytest.mark.parametrize("kind", ["text/html", "application/json"])
def test_notice_of_php_before_the_json_is_named(serve: Serve, session: Session, kind: str) -> None:
    noticed = (
        '<br />\n<b>Warning</b>:  Undefined key in <b>/srv/x.php</b> on line 7<br />{"a": "1"}'
    )

    with pytest.raises(AccountError, match="a PHP notice before the JSON"):
        session(serve(answer(noticed, Content_Type=kind)).url).get(
            "/orders", dict[str, str], action="read orders"
        )
