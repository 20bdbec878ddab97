"""OAuth 1 signatures: requests over plain http that prove a secret without sending it."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from ordosync.errors import AccountError
from ordosync.http import HttpClient, OAuth1Signer, oauth1
from ordosync.secret import Secret
from tests.http.conftest import SECRET
from tests.http.server import Seen, Server, answer
from tests.support.clock import START

AUTH = OAuth1Signer(key="ck_key", secret=Secret(SECRET))


def query(seen: Seen) -> dict[str, str]:
    parsed = parse_qs(urlsplit(seen.line.split()[1]).query)
    return {name: value for name, [value] in parsed.items()}


def test_signature_equals_that_of_another_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """The expected signature is that of oauthlib for the same request."""
    monkeypatch.setattr(oauth1, "token_hex", lambda _: "n1")
    request = requests.Request(
        "GET",
        "http://127.0.0.1:8080/wp-json/wc/v3/orders",
        params={
            "status": "processing,on-hold",
            "search": "Zoë + &",
            "modified_after": "2026-11-02T00:00:00",
        },
    ).prepare()

    signed = AUTH.signed(request, START)

    assert signed.url is not None
    proof = parse_qs(urlsplit(signed.url).query)["oauth_signature"]
    assert proof == ["pirSvCn0PzTGP2nxWWCuuvsY92Ed52iyAVRJhZ/aPSs="]


def test_each_attempt_has_its_own_signature_and_none_shows_the_secret(
    serve: Callable[..., Server], session: Callable[..., HttpClient]
) -> None:
    server = serve(answer("{}", 503), answer("{}", 503), answer('{"a": "1"}'))
    http = session(server.url, auth=AUTH)

    http.get("/orders", dict[str, str], action="read orders", params={"status": "processing"})

    proofs = [query(seen) for seen in server.seen]
    assert len({proof["oauth_nonce"] for proof in proofs}) == 3
    assert len({proof["oauth_signature"] for proof in proofs}) == 3
    assert {proof["status"] for proof in proofs} == {"processing"}
    assert not any("authorization" in seen.headers for seen in server.seen)
    assert not any(SECRET in f"{seen.line}{seen.headers}" for seen in server.seen)


def test_secret_is_masked_where_a_service_knows_it(
    serve: Callable[..., Server], session: Callable[..., HttpClient]
) -> None:
    http = session(serve(answer(f'{{"message": "no {SECRET}"}}', 400)).url, auth=AUTH)

    with pytest.raises(AccountError) as caught:
        http.get("/orders", dict[str, str], action="read orders")

    assert SECRET not in str(caught.value)
