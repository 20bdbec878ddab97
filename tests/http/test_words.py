"""Redaction of a service's messages: enough remains to help, without secrets and addresses."""

import base64
import time
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType

import pytest

from ordosync.errors import RefusedError
from ordosync.http import HttpClient
from ordosync.http.redaction import Redactor, error_message
from ordosync.secret import Secret
from tests.http.conftest import SECRET
from tests.http.server import Server, answer

Serve = Callable[..., Server]
Session = Callable[..., HttpClient]

ORDER = {
    "order_number": "S-1001",
    "shipping_address": {
        "name": "Zoë O'Brien",
        "street1": "12 Cherrytree Lane",
        "city": "Springfield",
        "phone": "+1 (555) 123-4567",
        "email": "zoe@example.com",
    },
    "lines": [{"sku": "MUG-BLUE", "quantity": 2, "details": [{"engraving": "Forever yours"}]}],
}


def shown(message: str) -> str:
    return Redactor([SECRET], ORDER)(message)


@pytest.mark.parametrize(
    ("message", "line"),
    [
        ("SKU MUG-BLUE of S-1001 is unknown", "SKU MUG-BLUE of S-1001 is unknown"),
        ("'12 Cherrytree Lane' is not in 'Springfield'", "'12 ***' is not in '***'"),
        ("CHERRYTREE has no number 12", "*** has no number 12"),
        ("customer O&#039;Brien", "customer O&#039;***"),
        ("call 5551234567", "call ***"),
        ("call 555-123-4567 now", "call *** now"),
        ("call +15551234567", "call ***"),
        ("jane.roe+x@mail.example is known", "*** is known"),
        ("engraving: forever", "engraving: ***"),
        (f"key {SECRET}x", "key ***x"),
        ("two\nlines\x1b[31m and \u202eodd\x00 ones", "two lines [31m and odd ones"),
        ("<p>There was a <b>critical</b> error.</p>", "There was a critical error."),
        ("1 < 2 > 0", "1 < 2 > 0"),
    ],
)
def test_message_keeps_impersonal_text(message: str, line: str) -> None:
    assert shown(message) == line


def test_long_message_is_cut() -> None:
    assert len(shown("bad " * 1000)) <= 240


@pytest.mark.parametrize("text", ["1" * 60_000, "a" * 60_000, "<a" * 30_000, "***-" * 15_000])
def test_hostile_text_is_redacted_quickly(text: str) -> None:
    began = time.monotonic()
    shown(text)

    assert time.monotonic() - began < 2


def test_ids_are_redacted_only_as_whole_words() -> None:
    sent = {"orderId": "gid://shopify/Order/1001", "sku[]": ["Order"]}

    assert Redactor([], sent)("Cannot cancel Order 1001") == "Cannot cancel Order 1001"


def test_short_values_are_not_redacted() -> None:
    assert Redactor([], {"note": "to be or not to be"})("not to be found") == "not to be found"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('{"error_message": "Bad", "param": "sku"}', "Bad (sku)"),
        ('{"error_message": "Bad", "params": ["sku", "zip"]}', "Bad (sku, zip)"),
        ('{"error_message": "Bad", "param": null}', "Bad"),
        (
            '{"code": "rest_x", "message": "Bad", "data": {"status": 400, "params": {"a": "odd"}}}',
            "Bad (a: odd, rest_x)",
        ),
        ('{"errors": "Not Found"}', "Not Found"),
        ('{"errors": {"title": ["blank", "odd"]}}', "title: blank; title: odd"),
        ('{"errors": [{"message": "Throttled", "extensions": {"code": "X"}}]}', "Throttled"),
        ('{"error": "invalid_request", "error_description": "no"}', "invalid_request; no"),
        ('"plain words"', "plain words"),
        ("<html>", ""),
        ("7", ""),
        ("", ""),
        ("[" * 50_000, ""),
        ('{"errors": ' + "[" * 500 + '"x"' + "]" * 500 + "}", ""),
    ],
)
def test_message_is_found_in_common_fields(body: str, message: str) -> None:
    assert error_message(body.encode()) == message


def test_57_nothing_secret_or_personal_comes_back_in_an_error(
    serve: Serve, session: Session
) -> None:
    """Case 57, the client's part: the server quotes everything that it received."""
    basic = base64.b64encode(f"ck_key:{SECRET}".encode()).decode()
    quotes = f'{{"message": "Basic {basic} {SECRET} 12 Cherrytree Lane, zoe@example.com"}}'
    server = serve(answer(quotes, 400, X_Request_Id=f"id-{SECRET}"))

    with pytest.raises(RefusedError) as raised:
        session(server.url).send("POST", "/order", dict, action="create order 1001", json=ORDER)

    assert str(raised.value) == (
        "merchant acme: create order 1001: HTTP 400: Basic *** 12 *** (request id-***)"
    )
    assert basic.rstrip("=") not in repr(raised.value)


def test_personal_search_terms_are_redacted_too(serve: Serve, session: Session) -> None:
    server = serve(answer('{"message": "No customer Cherrytree"}', 400))

    with pytest.raises(RefusedError, match=r"No customer \*\*\*"):
        session(server.url).get(
            "/customer", dict, action="search", params={"search": ["Cherrytree"]}
        )


def test_secret_is_not_in_the_repr_of_a_client(session: Session) -> None:
    http = session("https://shop.example", auth={"X-Token": Secret(SECRET)})

    assert SECRET not in repr(http)
    assert SECRET not in repr(vars(http)["_transport"])


def test_no_other_module_names_a_way_around_verification() -> None:
    package = Path(__file__).parents[2] / "ordosync"

    for path in package.rglob("*.py"):
        assert "verify=False" not in path.read_text("utf-8")
        assert "CERT_NONE" not in path.read_text("utf-8")


def test_parameters_may_be_any_mapping() -> None:
    assert Redactor([], MappingProxyType({"city": "Springfield"}))("no Springfield") == "no ***"


def test_text_that_is_not_utf_8_is_dropped() -> None:
    assert error_message('{"message": "Ungültig"}'.encode("latin-1")) == ""
