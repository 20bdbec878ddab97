"""Orders that a Merchant has sent or cancelled itself before the first import."""

from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from tests.accounts.contract.examples import parcel, sold
from tests.accounts.contract.people import MerchantPeople
from tests.accounts.ordoro.people import OrdoroMerchantPeople
from tests.accounts.sqlite.people import SqliteMerchantPeople, SqliteSupplierPeople
from tests.pairs.pair import Pair
from tests.virtual import VirtualClock


def _ship_at_desk(people: MerchantPeople, order_id: str) -> None:
    assert isinstance(people, SqliteMerchantPeople)
    people.desk.ship([parcel(order_id, "OLD")])


def _ship_at_ordoro(people: MerchantPeople, order_id: str) -> None:
    assert isinstance(people, OrdoroMerchantPeople)
    people.fake.ship(order_id, "OLD")


_KINDS: Mapping[
    str,
    tuple[Callable[[Path, VirtualClock], MerchantPeople], Callable[[MerchantPeople, str], None]],
] = {
    "sqlite": (SqliteMerchantPeople, _ship_at_desk),
    "ordoro": (OrdoroMerchantPeople, _ship_at_ordoro),
}


@pytest.mark.parametrize("kind", _KINDS)
def test_what_was_sent_or_cancelled_before_the_first_import_does_not_go_out(
    kind: str, tmp_path: Path
) -> None:
    people, ship = _KINDS[kind]
    clock = VirtualClock()
    with (
        closing(people(tmp_path, clock)) as selling,
        closing(SqliteSupplierPeople(tmp_path, clock)) as shipping,
    ):
        pair = Pair(tmp_path, selling, shipping)
        sent, cancelled, wanted = selling.request_all([sold("1"), sold("2"), sold("3")])
        ship(selling, sent)
        selling.cancel(cancelled)

        ran = pair.run("import-orders")

        assert ran.counts == {"done": 1}
        assert [one.id for one in shipping.orders()] == [pair.link(wanted).supplier_id]
