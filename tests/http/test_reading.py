"""Responses to reads: values, retries and errors."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from ordosync.errors import AccountError, NotFoundError, RefusedError, SignInError, UnavailableError
from ordosync.http import HttpClient, decode, quoted
from tests.http.conftest import SECRET, HastyClock
from tests.http.server import Reaction, Server, answer, reset

Serve = Callable[..., Server]
Session = Callable[..., HttpClient]


class Order(msgspec.Struct):
    number: str
    total: Decimal
    details: Any = None


ORDER = b'{"number": "1001", "total": 0.1, "unknown": 1, "details": {"weight": 1.10}}'


def read(http: HttpClient, path: str = "/v3/order/1001") -> Order:
    return http.get(path, Order, action="read order 1001")


def test_response_is_decoded_into_its_type_and_money_is_exact(
    serve: Serve, session: Session
) -> None:
    server = serve(answer(ORDER))

    order = read(session(server.url))

    assert order.total + order.total + order.total == Decimal("0.3")
    assert order.details == {"weight": Decimal("1.10")}
    assert server.seen[0].line == "GET /v3/order/1001 HTTP/1.1"


def test_headers_of_a_response_are_case_insensitive(serve: Serve, session: Session) -> None:
    http = session(serve(answer("[]", X_WP_Total="17")).url)

    _, headers = http.get_with_headers("/orders", list[Order], action="read orders")

    assert headers["x-wp-total"] == "17"


def test_connection_is_reused(serve: Serve, session: Session) -> None:
    server = serve(answer(ORDER))
    http = session(server.url)

    read(http)
    read(http)

    assert (server.connections, len(server.seen)) == (1, 2)


def test_counted_clients_share_a_connection_and_count_their_own_requests(
    serve: Serve, session: Session
) -> None:
    server = serve(answer(ORDER))
    http = session(server.url)
    first, second = http.counted(), http.counted()

    read(first)
    read(first)
    read(second)

    assert (http.calls, first.calls, second.calls, server.connections) == (0, 2, 1, 1)


def test_threads_share_a_client_within_its_concurrency(serve: Serve, session: Session) -> None:
    server = serve(answer(ORDER))
    http = session(server.url, concurrency=2)

    with ThreadPoolExecutor(8) as pool:
        orders = list(pool.map(lambda _: read(http), range(100)))

    assert len(orders) == http.calls == 100
    assert server.connections <= 2


def test_base_and_path_are_joined_once_and_names_are_quoted(serve: Serve, session: Session) -> None:
    server = serve(answer(ORDER))
    http = session(f"{server.url}/wp-json/")

    read(http, f"/product/{quoted('A/B ?#%ü')}/")
    http.get("/order", Order, action="read", params={"status": "new & old", "tag[]": ["a", "b"]})

    assert [seen.line.split()[1] for seen in server.seen] == [
        "/wp-json/product/A%2FB%20%3F%23%25%C3%BC/",
        "/wp-json/order?status=new+%26+old&tag%5B%5D=a&tag%5B%5D=b",
    ]


@pytest.mark.parametrize("sku", ["", ".", ".."])
def test_name_that_changes_the_url_is_refused_without_a_request(
    serve: Serve, session: Session, sku: str
) -> None:
    server = serve()

    with pytest.raises(RefusedError, match="cannot be part of a URL"):
        read(session(server.url), f"/product/{quoted(sku)}/stock/")

    assert server.seen == []


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, SignInError),
        (402, SignInError),
        (403, SignInError),
        (404, NotFoundError),
        (400, RefusedError),
        (422, RefusedError),
    ],
)
def test_25_definite_refusal_is_not_retried(
    serve: Serve, session: Session, status: int, kind: type[AccountError]
) -> None:
    """Case 25: a 401, 402 or 403 stops at once, and no secret is in the text."""
    words = f'{{"error_message": "no, {SECRET}!", "param": "key"}}'
    server = serve(answer(words, status, X_Ordoro_Request_Id="8f3a"))

    with pytest.raises(kind) as raised:
        read(session(server.url))

    assert type(raised.value) is kind
    assert str(raised.value) == (
        f"merchant acme: read order 1001: HTTP {status}: no, ***! (key) (request 8f3a)"
    )
    assert len(server.seen) == 1


def test_not_found_has_a_code_of_its_own() -> None:
    assert NotFoundError("merchant acme", "read", "HTTP 404").code == "not-found"


@pytest.mark.parametrize("trouble", [answer(status=500), answer(status=503), reset, b""])
def test_read_is_retried_after_a_temporary_failure(
    serve: Serve, session: Session, clock: HastyClock, trouble: bytes | Reaction
) -> None:
    server = serve(trouble, trouble, answer(ORDER))
    http = session(server.url)

    assert read(http).number == "1001"
    assert (http.calls, len(server.seen), len(clock.sleeps)) == (3, 3, 2)


def test_read_gives_up_after_three_attempts(serve: Serve, session: Session) -> None:
    server = serve(answer("oops", 502, Content_Type="text/html"))

    with pytest.raises(UnavailableError, match=r"read order 1001: HTTP 502: a web page$"):
        read(session(server.url))

    assert len(server.seen) == 3


HALF = ORDER[:30]
UNREADABLE = {
    "half, cut short": (answer(HALF, Content_Length="76", Connection="close"), "no complete"),
    "half, to the end": (answer(HALF, length=False), "invalid JSON"),
    "empty": (answer(b""), "returned an empty body"),
    "no content": (answer(b"", 204, length=False, Connection="close"), "returned an empty body"),
    "HTML": (
        answer("<html>", Content_Type="text/html; charset=utf-8"),
        "returned a web page, not JSON",
    ),
    "text": (answer(ORDER, Content_Type="text/plain"), "returned text/plain, not JSON"),
    "BOM": (answer(b"\xef\xbb\xbf" + ORDER), "returned JSON after a byte order mark"),
    "latin-1": (answer('{"x": "ü"}'.encode("latin-1")), "returned text that is not UTF-8"),
    "bad gzip": (answer(ORDER, Content_Encoding="gzip"), "cannot be decompressed"),
    "NaN": (answer('{"number": "1", "total": NaN}'), "invalid JSON"),
    "text NaN": (answer('{"number": "1", "total": "NaN"}'), "NaN or Infinity"),
    "text -inf": (answer('{"number": "1", "total": "-\\u0069nf"}'), "NaN or Infinity"),
    "more than one": (answer(ORDER + ORDER), "invalid JSON"),
}


@pytest.mark.parametrize(("reply", "why"), UNREADABLE.values(), ids=UNREADABLE)
def test_26_success_that_cannot_be_decoded_is_a_failure(
    serve: Serve, session: Session, reply: bytes, why: str
) -> None:
    """Case 26: a clear line, and no more than three attempts."""
    server = serve(reply)

    with pytest.raises(UnavailableError, match=why):
        read(session(server.url))

    assert len(server.seen) == 3


def test_26_wrong_structure_is_reported_with_its_path_and_not_retried(
    serve: Serve, session: Session
) -> None:
    server = serve(answer('{"number": 7, "total": 1}'))

    with pytest.raises(UnavailableError, match=r"Expected `str`, got `int` - at `\$\.number`"):
        read(session(server.url))

    assert len(server.seen) == 1


@pytest.mark.parametrize("depth", ["[" * 90_000, '{"number":"1","total":1,"x":' + "[" * 90_000])
@pytest.mark.parametrize("shape", [Any, Order])
def test_28_deep_nesting_is_refused(
    serve: Serve, session: Session, depth: str, shape: type[Any]
) -> None:
    http = session(serve(answer(depth)).url)

    with pytest.raises(UnavailableError, match="returned"):
        http.get("/", shape, action="read")


def test_one_bad_item_does_not_spoil_its_page(serve: Serve, session: Session) -> None:
    page = b'[%b, {"number": "1002", "total": "NaN"}]' % ORDER
    http = session(serve(answer(page)).url)

    good, bad = http.get("/order", list[msgspec.Raw], action="read orders")

    assert decode(good, Order).total == Decimal("0.1")
    with pytest.raises(ValueError, match="NaN or Infinity"):
        decode(bad, Order)


@pytest.mark.parametrize("number", ['"sNaN"', '" nan "', '"-Infinity"', '"NaN123"'])
def test_no_spelling_of_nan_is_a_number(number: str) -> None:
    with pytest.raises(ValueError, match="NaN or Infinity"):
        decode(f'{{"a": [{{"b": {number}}}]}}'.encode(), dict[str, list[dict[str, Decimal]]])


def test_query_is_a_read_by_post(serve: Serve, session: Session) -> None:
    server = serve(answer(status=500), answer(ORDER))

    session(server.url).query("/graphql.json", Order, action="read", json={"query": "{shop}"})

    assert [seen.line for seen in server.seen] == ["POST /graphql.json HTTP/1.1"] * 2
    assert server.seen[1].body == b'{"query":"{shop}"}'


def test_query_may_be_form_encoded(serve: Serve, session: Session) -> None:
    server = serve(answer(ORDER))

    session(server.url).query("/token", Order, action="read", form={"grant": "a b", "secret": "&"})

    assert server.seen[0].headers["content-type"] == "application/x-www-form-urlencoded"
    assert server.seen[0].body == b"grant=a+b&secret=%26"


def test_values_of_a_form_are_not_shown(serve: Serve, session: Session) -> None:
    server = serve(answer('{"error": "no app has hunter22 for a secret"}', status=400))

    with pytest.raises(RefusedError) as raised:
        session(server.url).query("/token", Order, action="read", form={"secret": "hunter22"})

    assert "hunter22" not in str(raised.value)


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (r"half \ud83d", "half \ufffd"),
        (r"\ude00 and \ud83d\ude00 and \ud83d", "\ufffd and \U0001f600 and \ufffd"),
        (r"\ud83d\ud83d\ude00", "\ufffd\U0001f600"),
        (r"\\ud83d is typed, \ud83d is half", "\\ud83d is typed, \ufffd is half"),
    ],
)
def test_half_of_an_emoji_spoils_nothing(written: str, text: str) -> None:
    """Case 35: the page has other orders, too."""
    assert decode(f'["{written}", "\\n"]'.encode(), list[str]) == [text, "\n"]
