"""An access token that expires after a day: fetched, renewed, and never shown."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from ordosync.accounts.account import ReadRequest
from ordosync.errors import SignInError
from tests.accounts.contract.account import read
from tests.accounts.contract.opening import opened
from tests.accounts.shopify.people import ShopifyMerchantPeople
from tests.support.clock import VirtualClock

FETCHED = "/admin/oauth/access_token"


class Granted(ShopifyMerchantPeople):
    """The seller, with an app that signs in by client id and secret."""

    wrong = ""

    @property
    def options(self) -> Mapping[str, object]:
        options = {name: value for name, value in super().options.items() if name != "token"}
        client_id, client_secret = self.fake.client
        return {**options, "client_id": client_id, "client_secret": self.wrong or client_secret}


@pytest.fixture(name="granted")
def _granted(tmp_path: Path, clock: VirtualClock) -> Iterator[Granted]:
    with closing(Granted(tmp_path, clock)) as people:
        yield people


def look(people: Granted, times: int = 1) -> None:
    account = opened(people)
    for _ in range(times):
        read(account.orders.changed(ReadRequest(cursor=None, now=people.settle())))


def test_token_is_fetched_once(granted: Granted) -> None:
    look(granted, times=3)

    assert granted.fake.requests[FETCHED] == 1


def test_token_is_renewed_before_it_expires(granted: Granted) -> None:
    granted.fake.switches.token_s = 3600
    account = opened(granted)
    read(account.orders.changed(ReadRequest(cursor=None, now=granted.settle())))
    granted.clock.sleep(3400)

    read(account.orders.changed(ReadRequest(cursor=None, now=granted.settle())))

    assert granted.fake.requests[FETCHED] == 2


def test_token_that_was_revoked_is_renewed(granted: Granted) -> None:
    account = opened(granted)
    read(account.orders.changed(ReadRequest(cursor=None, now=granted.settle())))
    granted.fake.revoke()

    read(account.orders.changed(ReadRequest(cursor=None, now=granted.settle())))

    assert granted.fake.requests[FETCHED] == 2


def test_wrong_secret_is_reported_and_not_shown(granted: Granted) -> None:
    granted.wrong = "not-the-secret-of-this-app"

    with pytest.raises(Exception, match="fetch a token") as raised:
        look(granted)

    assert "not-the-secret" not in str(raised.value)


def test_lasting_token_that_is_refused_ends_the_run(seller: ShopifyMerchantPeople) -> None:
    account = opened(seller)
    seller.fake.token += "-not-any-more"

    with pytest.raises(SignInError):
        read(account.orders.changed(ReadRequest(cursor=None, now=seller.settle())))
