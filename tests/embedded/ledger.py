"""Units and status of order 1001, which has 2 MUG and 1 CUP."""

from collections.abc import Mapping

from ordosync.embedded.desk import Desk
from ordosync.models import ParcelLine


def units(**quantities: int) -> tuple[ParcelLine, ...]:
    """Return units of the lines of order 1001."""
    ids = {"MUG": "1001/1", "CUP": "1001/2"}
    return tuple(
        ParcelLine(line_id=ids[sku], quantity=quantity, sku=sku)
        for sku, quantity in quantities.items()
    )


def ledger(desk: Desk, number: str = "1001") -> Mapping[str, tuple[int, int, int]]:
    """Return the open, sent and cancelled units by SKU; check that they add up."""
    lines = desk.units_of(number)
    for each in lines:
        assert each.ordered == each.open + each.sent + each.cancelled + each.in_pieces
        assert min(each.open, each.sent, each.cancelled, each.in_pieces) >= 0
    return {each.sku: (each.open, each.sent, each.cancelled) for each in lines}


def status(desk: Desk, number: str = "1001") -> str:
    order = desk.read_order(number)
    assert order
    return order.status
