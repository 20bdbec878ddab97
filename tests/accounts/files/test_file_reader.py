"""Files with products and cancellations that a Merchant drops."""

from decimal import Decimal
from pathlib import Path

import pytest

from ordosync.accounts.files.input_options.cancellation_files import CancellationFiles
from ordosync.accounts.files.input_options.product_files import ProductFiles
from ordosync.errors import RefusedError
from ordosync.models import Cancellation, InvalidRecord, Order, Product
from tests.accounts.contract.account import whole_orders
from tests.accounts.files.conftest import Drop, Make
from tests.accounts.files.opening import PRODUCTS, all_of, since


def test_product_has_the_fields_of_its_row(make: Make, drop: Drop) -> None:
    drop("products/a.csv", PRODUCTS + "0042,A mug,2.50,no\nSET,A set,,Yes\n")

    mug, kit = all_of(make().products.changed(since()))

    assert isinstance(mug, Product)
    assert (mug.id, mug.sku, mug.name, mug.price) == ("0042", "0042", "A mug", Decimal("2.50"))
    assert isinstance(kit, Product)
    assert kit.is_kit
    assert kit.price is None


def test_products_that_did_not_change_are_not_read_again(make: Make, drop: Drop) -> None:
    drop("products/a.csv", PRODUCTS + "MUG,A mug,1,\n")
    account = make()
    [*_, last] = account.products.changed(since())

    drop("products/b.csv", PRODUCTS + "CUP,A cup,1,\n")
    again = all_of(account.products.changed(since(last.cursor)))

    assert [item.id for item in again] == ["CUP"]


def test_newest_file_with_a_product_wins(make: Make, drop: Drop) -> None:
    drop("products/z-old.csv", PRODUCTS + "MUG,Old,1,\n")
    drop("products/a-new.csv", PRODUCTS + "MUG,New,1,\n")
    account = make()

    [read] = all_of(account.products.changed(since()))
    [by_id] = all_of(account.products.by_id(["MUG", "gone"]))

    assert isinstance(read, Product)
    assert read.name == "New"
    assert by_id == read


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ("MUG,A mug,abc,\n", "invalid.money"),
        ("MUG,A mug,1,perhaps\n", "invalid.kit"),
        ("MUG,A mug,1\n", "invalid.row"),
        ("MUG,A mug,1,\nMUG,A cup,1,\n", "invalid.conflict"),
        (",A mug,1,\n", "invalid.sku"),
        ("M" * 101 + ",A mug,1,\n", "invalid.sku"),
    ],
)
def test_invalid_product_row_is_reported_and_does_not_stop_the_others(
    make: Make, drop: Drop, rows: str, code: str
) -> None:
    drop("products/a.csv", PRODUCTS + rows + "CUP,A cup,1,\n")

    products = {item.id: item for item in all_of(make().products.changed(since()))}
    cup = products.pop("CUP")

    assert isinstance(cup, Product)
    [bad] = products.values()
    assert isinstance(bad, InvalidRecord)
    assert bad.code == code
    assert bad.reason.startswith("products/a.csv row ")


def test_product_whose_file_was_deleted_is_kept_until_it_is_settled(make: Make, drop: Drop) -> None:
    path = drop("products/a.csv", PRODUCTS + "MUG,A mug,1,\nCUP,A cup,1,\n")
    account = make()
    all_of(account.products.changed(since()))
    account.finish_reading(frozenset({"MUG"}))
    path.unlink()

    kept = all_of(account.products.by_id(["MUG"]))
    account.finish_reading(frozenset())

    assert [item.id for item in kept] == ["MUG"]
    assert all_of(account.products.by_id(["MUG"])) == []


def test_end_of_one_read_keeps_the_copies_of_another(make: Make, drop: Drop) -> None:
    path = drop("orders/a.csv", "order,sku,qty\n1001,MUG,1\n")
    drop("products/a.csv", PRODUCTS + "MUG,A mug,1,\n")
    account = make()
    all_of(account.orders.changed(since()))
    account.finish_reading(frozenset({"1001"}))

    all_of(account.products.changed(since()))
    account.finish_reading(frozenset())
    path.unlink()

    assert [item.id for item in all_of(account.orders.by_id(["1001"]))] == ["1001"]


def test_cancelled_numbers_are_read_once_and_known_by_id(make: Make, drop: Drop) -> None:
    drop("cancelled/a.csv", "order\n1001\n1002\n")
    account = make()
    [*pages] = account.cancellations.changed(since())

    again = all_of(account.cancellations.changed(since(pages[-1].cursor)))

    assert whole_orders(all_of(pages)) == ["1001", "1002"]
    assert again == []
    assert account.cancellations.among(["1002", "1003"]) == {"1002"}


def test_lookup_of_cancellations_does_not_disturb_their_read(make: Make, drop: Drop) -> None:
    drop("cancelled/a.csv", "order\n" + "".join(f"{n}\n" for n in range(1200)))
    account = make()

    read = [
        item
        for page in account.cancellations.changed(since())
        for item in sorted(account.cancellations.among(whole_orders(page.items)))
    ]

    assert len(read) == 1200


def test_cancellation_is_kept_until_it_is_settled(make: Make, drop: Drop) -> None:
    path = drop("cancelled/a.csv", "order\n1001\n1002\n")
    account = make()
    all_of(account.cancellations.changed(since()))
    account.finish_reading(frozenset({"1001"}))
    path.unlink()

    assert account.cancellations.among(["1001", "1002"]) == {"1001"}


def test_a_broken_cancellation_file_is_reported_after_the_others_were_read(
    make: Make, drop: Drop
) -> None:
    drop("cancelled/a.csv", "number\n1001\n")
    drop("cancelled/b.csv", "order\n1002\n")
    pages = make().cancellations.changed(since())
    broken, read = next(pages), next(pages)

    assert (broken.items, read.items) == ((), (Cancellation(order_id="1002"),))
    with pytest.raises(RefusedError, match=r"a\.csv: column 'order' is missing"):
        all_of(pages)


def test_an_order_that_was_cancelled_before_its_import_is_skipped(make: Make, drop: Drop) -> None:
    drop("orders/a.csv", "order,sku,qty\n1001,MUG,1\n1002,MUG,1\n")
    drop("cancelled/a.csv", "order\n1001\n")
    account = make()

    first, second = all_of(account.orders.changed(since()))

    assert isinstance(first, InvalidRecord)
    assert (first.code, first.is_skipped) == ("cancelled", True)
    assert isinstance(second, Order)
    assert [item.id for item in all_of(account.orders.by_id(["1001", "1002"]))] == ["1002"]


def test_a_part_without_its_option_is_absent(make: Make) -> None:
    options = ("products", "cancellations", "inventory", "tracking")
    account = make(**dict.fromkeys(options)).side

    assert (account.products, account.cancellations, account.stock, account.tracking) == (None,) * 4
    assert account.cancelled_among(["1001"]) == frozenset()


def test_column_map_with_an_unknown_field_is_refused() -> None:
    with pytest.raises(ValueError, match="'prize' is not a field of a product; did you mean price"):
        ProductFiles(glob=Path("a"), columns={"sku": "s", "prize": "p"})
    with pytest.raises(ValueError, match="order_number is missing"):
        CancellationFiles(glob=Path("a"), columns={})
