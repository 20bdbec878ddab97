"""Links of tracking numbers in a shop with fulfillments: one call per new parcel."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ordosync.accounts.woocommerce.tracking_links import is_same_carrier
from tests.accounts.woocommerce.parcels import (
    EARLY,
    FIRST,
    NATIVE,
    OLD,
    Shop,
    add,
    offered,
    part,
    void,
)
from tests.accounts.woocommerce.people import TAG
from tests.accounts.woocommerce.shops import merchant, requests
from tests.fakes.woocommerce import FakeWooCommerce, Fault
from tests.support.clock import VirtualClock

LOOKUP = "GET /wc/v3/orders/{id}/fulfillments/lookup"
NUMBER = "1Z999AA10123456784"
LINK = f"https://www.ups.com/track?tracknum={NUMBER}"


@pytest.fixture(name="native", params=[NATIVE, EARLY, FIRST], ids=["native", "early", "first"])
def _native(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    with merchant(tmp_path, VirtualClock(), request.param, tag=TAG) as opened:
        yield opened


def links(fake: FakeWooCommerce, order_id: int) -> list[Any]:
    """Return the link of each fulfillment, in the order of their numbers."""
    found = []
    for made in fake.parcels(order_id):
        fields = {field["key"]: field["value"] for field in made["meta_data"]}
        found.append((fields.get("_tracking_number"), fields.get("_tracking_url")))
    return [link for _, link in sorted(found, key=str)]


def test_w13_a_new_parcel_has_the_link_of_its_number_for_one_call(native: Shop) -> None:
    account, fake = native
    order_id = offered(fake)
    before = requests(fake)
    shipment = part(fake, order_id, NUMBER, MUG=1)

    assert add(account, shipment) == ("done", "")
    again = add(account, shipment)

    assert again == ("unchanged", "")
    assert links(fake, order_id) == [LINK]
    assert requests(fake, since=before)[LOOKUP] == 1


def test_w13_the_link_is_that_of_the_carrier_of_the_parcel(native: Shop) -> None:
    """A number of twelve digits is one of FedEx, or of UPS."""
    account, fake = native
    order_id = offered(fake)

    add(account, part(fake, order_id, "100000000001", MUG=1, carrier="UPS Ground"))
    add(account, part(fake, order_id, "100000000002", MUG=1, carrier="FedEx"))
    add(account, part(fake, order_id, "100000000003", MUG=1, carrier="DHL Express"))

    assert links(fake, order_id) == [
        "https://www.ups.com/track?tracknum=100000000001",
        "https://www.fedex.com/fedextrack/?tracknumbers=100000000002",
        None,
    ]


def test_w13_a_change_of_units_keeps_the_link_without_a_call(native: Shop) -> None:
    account, fake = native
    order_id = offered(fake)
    add(account, part(fake, order_id, NUMBER, MUG=1))
    before = requests(fake)

    add(account, part(fake, order_id, NUMBER, MUG=2))

    assert links(fake, order_id) == [LINK]
    assert LOOKUP not in requests(fake, since=before)


def test_w13_a_void_label_has_no_link(native: Shop) -> None:
    account, fake = native
    order_id = offered(fake)
    shipment = part(fake, order_id, NUMBER, MUG=1)
    add(account, shipment)

    void(account, shipment)

    assert links(fake, order_id) == [None]


@pytest.mark.parametrize("kind", ["reset", "lost-500", "unauthorized", "firewall", "garbage"])
def test_w13_a_lookup_that_fails_stops_no_parcel_and_is_not_repeated(
    native: Shop, kind: Any
) -> None:
    account, fake = native
    order_id = offered(fake)
    fake.faults.add(Fault(kind=kind, method="GET", path=r"/lookup", times=9))
    first = add(account, part(fake, order_id, NUMBER, MUG=1))
    fake.faults.clear()
    calls = requests(fake)

    second = add(account, part(fake, order_id, f"{NUMBER[:-1]}5", MUG=1))

    assert (first, second) == (("done", ""), ("done", ""))
    assert links(fake, order_id) == [None, None]
    assert LOOKUP not in requests(fake, since=calls)


def test_w13_a_number_that_no_carrier_has_costs_no_call(native: Shop) -> None:
    account, fake = native
    order_id = offered(fake)

    add(account, part(fake, order_id, "BOX-12", MUG=1))
    add(account, part(fake, order_id, NUMBER, MUG=1, carrier=""))

    assert LOOKUP not in requests(fake)


def test_w13_a_shop_without_fulfillments_is_not_asked(tmp_path: Path) -> None:
    with merchant(tmp_path, VirtualClock(), OLD, tag=TAG) as (account, fake):
        order_id = offered(fake)
        assert add(account, part(fake, order_id, NUMBER, MUG=1)) == ("done", "")
        assert LOOKUP not in requests(fake)


@pytest.mark.parametrize(
    ("slug", "name", "is_same"),
    [
        ("ups", "UPS", True),
        ("dhl", "DHL DE", True),
        ("royal-mail", "Royal Mail", True),
        ("australia-post", "Australia Post Express", True),
        ("ups", "USPS", False),
        ("usps", "UPS", False),
        ("dpd", "", False),
        ("", "DPD", False),
        ("post-nl", "Post AT", False),
    ],
)
def test_w13_the_name_of_a_carrier_begins_with_the_words_of_its_slug(
    slug: str, name: str, is_same: bool
) -> None:
    assert is_same_carrier(slug, name) is is_same
