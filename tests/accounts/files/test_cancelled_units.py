"""Units that a Merchant of files cancels; F9 is a case of lifecycle.md 0.1."""

import json
import os
from pathlib import Path

import pytest

from ordosync.accounts.files.input_options.cancellation_files import CancellationFiles
from ordosync.errors import RefusedError
from ordosync.models import Cancellation, InvalidRecord, Order
from tests.accounts.contract.opening import OpenMerchant
from tests.accounts.files.conftest import Drop, Make
from tests.accounts.files.opening import all_of, since

HEAD = "order,sku,qty\n"
COLUMNS = {"order_number": "order", "sku": "sku", "quantity": "qty"}


@pytest.fixture(name="shop")
def _shop(make: Make, drop: Drop, tmp_path: Path) -> OpenMerchant:
    drop("orders/a.csv", HEAD + "1001,MUG,3\n1001,CUP,1\n")
    return make(cancellations=CancellationFiles(glob=tmp_path / "cancelled", columns=COLUMNS))


def units(cancellation: Cancellation) -> dict[str, int] | None:
    """Return the units that are left, by SKU; None if the whole order is cancelled."""
    if cancellation.lines is None:
        return None
    return {part.sku: part.quantity for part in cancellation.lines}


def cancelled(account: OpenMerchant) -> dict[str, int] | None:
    [cancellation] = all_of(account.cancellations.changed(since()))
    return units(cancellation)


def test_f9_row_with_units_cancels_these_and_leaves_the_rest(
    shop: OpenMerchant, drop: Drop
) -> None:
    drop("cancelled/a.csv", HEAD + "1001,MUG,2\n")

    [order] = all_of(shop.orders.changed(since()))

    assert cancelled(shop) == {"CUP": 1, "MUG": 1}
    assert shop.cancellations.among(["1001"]) == frozenset()
    assert isinstance(order, Order)
    assert {line.sku: line.quantity for line in order.lines} == {"CUP": 1, "MUG": 1}


def test_rows_of_several_files_add_up_and_the_newest_has_the_units_of_a_line(
    shop: OpenMerchant, drop: Drop
) -> None:
    drop("cancelled/b.csv", HEAD + "1001,MUG,1\n")
    drop("cancelled/a.csv", HEAD + "1001,CUP,1\n")
    drop("cancelled/c.csv", HEAD + "1001,MUG,2\n")

    assert cancelled(shop) == {"CUP": 0, "MUG": 1}


@pytest.mark.parametrize(
    "rows", ["1001,,\n", "1001,MUG,3\n1001,CUP,1\n", "1001,MUG,9\n1001,CUP,9\n"]
)
def test_order_without_units_left_is_cancelled_as_a_whole(
    shop: OpenMerchant, drop: Drop, rows: str
) -> None:
    drop("cancelled/a.csv", HEAD + rows)

    [order] = all_of(shop.orders.changed(since()))

    assert cancelled(shop) is None
    assert shop.cancellations.among(["1001"]) == {"1001"}
    assert isinstance(order, InvalidRecord)
    assert order.code == "cancelled"
    assert all_of(shop.orders.by_id(["1001"])) == []


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ("1001,MUG,0\n", "a.csv row 2: quantity is 0"),
        ("1001,MUG,\n", "a.csv row 2: quantity '' is not a whole number"),
        ("1001,MUG,1\n1001,,\n", "a.csv row 3: quantity '' is not a whole number"),
        ("1001,JAR,1\n", "order 1001 has no line 'JAR'"),
        ("1009,MUG,1\n", "order 1009 is in no file"),
    ],
)
def test_row_that_cannot_be_used_is_reported(
    shop: OpenMerchant, drop: Drop, rows: str, reason: str
) -> None:
    drop("cancelled/a.csv", HEAD + rows)

    with pytest.raises(RefusedError, match=reason):
        all_of(shop.cancellations.changed(since()))


def test_f9_order_file_that_changed_is_read_for_lower_quantities(
    shop: OpenMerchant, drop: Drop
) -> None:
    *_, page = shop.cancellations.changed(since())
    unchanged = all_of(shop.cancellations.changed(since(page.cursor)))
    drop("orders/b.csv", HEAD + "1001,MUG,1\n1001,CUP,1\n")

    [lowered] = all_of(shop.cancellations.changed(since(page.cursor)))

    assert unchanged == []
    assert units(lowered) == {"CUP": 1, "MUG": 1}


def test_older_order_file_does_not_count_once_it_is_touched(shop: OpenMerchant, drop: Drop) -> None:
    older = drop("orders/b.csv", HEAD + "1002,MUG,5\n")
    drop("orders/c.csv", HEAD + "1002,MUG,4\n")
    *_, page = shop.cancellations.changed(since())
    older.write_text(HEAD + "1002,MUG,9\n")
    os.utime(older, (0, 0))

    [item] = all_of(shop.cancellations.changed(since(page.cursor)))

    assert units(item) == {"MUG": 4}


def test_cursor_of_an_earlier_release_is_that_of_the_cancellation_files(
    shop: OpenMerchant, drop: Drop
) -> None:
    drop("cancelled/a.csv", HEAD + "1009,,\n")
    *_, page = shop.cancellations.changed(since())
    before = json.loads(page.cursor or "")["cancellations"]

    items = all_of(shop.cancellations.changed(since(before)))

    assert [item.order_id for item in items] == ["1001"]
