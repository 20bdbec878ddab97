"""A parcel that was reported to the shop comes back in its next export: it is no edit."""

from dataclasses import replace
from pathlib import Path

import pytest

from .exports import EXPORTS, Export, Item, Sold, State
from .shop import Shop

ITEMS = (Item(sku="MUG-1", quantity=3), Item(sku="00501", quantity=1))
SOLD = Sold(number="111-0000001", items=ITEMS)
OTHER = Sold(number="111-0000002", items=ITEMS[:1])
SHIPPED: dict[State, tuple[str, ...]] = {
    "part": ("--line", "MUG-1=3"),
    "units": ("--line", "MUG-1=1"),
    "whole": (),
}


@pytest.mark.parametrize("state", SHIPPED)
@pytest.mark.parametrize("export", EXPORTS, ids=lambda export: export.preset)
def test_a_parcel_that_comes_back_is_no_edit_and_cancels_nothing(
    export: Export, state: State, tmp_path: Path
) -> None:
    shop = Shop(tmp_path, export)
    shop.drop(export.text(SOLD, OTHER))
    shop.run()
    assert shop.orders() == {SOLD.number: SOLD.units, OTHER.number: OTHER.units}

    shipped = shop.run(
        "orders", "ship", SOLD.number, "--carrier", "UPS", "--tracking", "1Z1", *SHIPPED[state]
    )
    assert shipped.code == 0, shipped
    status = shop.status(SOLD.number)
    tracking = (tmp_path / "out" / "tracking.csv").read_text()
    for name in ("", "second.csv"):
        shop.drop(export.text(replace(SOLD, state=state), OTHER), name)
        steps = shop.sync()

        assert [step for step in steps if step["state"] not in ("unchanged", "skipped")] == []
        assert shop.attention() == []

    assert shop.orders() == {SOLD.number: SOLD.units, OTHER.number: OTHER.units}
    assert shop.status(SOLD.number) == status
    assert "1Z1" in tracking
    assert (tmp_path / "out" / "tracking.csv").read_text() == tracking


@pytest.mark.parametrize("export", EXPORTS, ids=lambda export: export.preset)
def test_an_order_that_another_has_sent_is_not_sent(export: Export, tmp_path: Path) -> None:
    shop = Shop(tmp_path, export)
    shop.drop(export.text(replace(SOLD, state="whole"), OTHER))

    shop.run()

    assert shop.orders() == {OTHER.number: OTHER.units}
    assert shop.attention() == []


@pytest.mark.parametrize("export", EXPORTS, ids=lambda export: export.preset)
def test_of_an_order_that_another_has_sent_in_part_the_rest_is_sent(
    export: Export, tmp_path: Path
) -> None:
    if export.preset == "woocommerce-order-export":
        pytest.skip("the export does not show parts")
    shop = Shop(tmp_path, export)
    shop.drop(export.text(replace(SOLD, state="part")))

    shop.run()

    assert shop.orders() == {SOLD.number: {"00501": 1}}
