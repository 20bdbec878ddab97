"""`why --online` reads both accounts of any pair, with the same result."""

import pytest

from ordosync.config import load_config
from ordosync.engine.diagnosis.why import Story, why
from ordosync.store import Store
from tests.accounts.contract.examples import sold
from tests.accounts.contract.people import needs
from tests.accounts.sqlite.people import SqliteSupplierPeople
from tests.scenarios.pairs.pair import Pair
from tests.scenarios.pairs.parcels import ordered, sent


def online_story(pair: Pair, word: str) -> Story:
    """Return the explanation of an order, after both accounts were read."""
    config = load_config(pair.path)
    with Store.open(config.database, readonly=True) as store:
        [story] = why(config, store, word, online=True, clock=pair.merchant.clock)
    assert not any("could not be read" in event.text for event in story.events), story
    return story


def test_an_imported_order_is_reported_by_the_id_of_either_side(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001")

    for word in {merchant_id, supplier_id}:
        story = online_story(pair, word)
        assert (story.merchant, story.supplier) == (merchant_id, supplier_id)
        assert story.conclusion.state == "imported"


def test_an_order_that_was_never_read_is_found_at_the_merchant(pair: Pair) -> None:
    merchant_id = pair.merchant.request(sold("1001"))
    pair.merchant.settle()

    story = online_story(pair, merchant_id)

    assert story.conclusion.state == "not-read-yet"
    assert "import-orders" in story.conclusion.next


@pytest.mark.needs("cancel-orders")
def test_what_the_merchant_cancelled_is_reported_before_any_other_account_knows(pair: Pair) -> None:
    merchant_id, _ = pair.imported("1001")
    pair.merchant.cancel(merchant_id)
    pair.merchant.settle()

    assert online_story(pair, merchant_id).conclusion.state == "cancel-not-sent"


@needs("update-tracking", "parcels", "several-parcels", "parcel-lines")
def test_units_have_the_sku_if_one_of_the_accounts_is_local(pair: Pair) -> None:
    if not isinstance(pair.supplier, SqliteSupplierPeople):
        pytest.skip("the Supplier is remote")
    merchant_id, supplier_id = ordered(pair)
    sent(pair, supplier_id, "1Z1", 1, 0)

    config = load_config(pair.path)
    with Store.open(config.database, readonly=True) as store:
        story, *pieces = why(config, store, merchant_id, online=False, clock=pair.merchant.clock)

    if pieces:
        # The Merchant has split its order, since it has one number an order.
        assert "void" not in story.conclusion.next
        return
    assert [line.sku for line in story.units.lines] == ["CUP", "MUG"]
    assert [parcel.units for parcel in story.units.parcels] == [{"CUP": 1}]
