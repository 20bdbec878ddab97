"""Sends orders in parts between two accounts, and shows the result."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from ordosync.config import load_config
from ordosync.store import Store
from ordosync.store.links import Link
from ordosync.store.step_rows import StepRow
from tests.accounts.contract.examples import line, parcel
from tests.accounts.contract.opening import PORTAL
from tests.scenarios.pairs.pair import Pair

TASK = "update-tracking"


def ordered(pair: Pair, number: str = "1001") -> tuple[str, str]:
    """Import an order of two CUP and one MUG; return its two ids.

    The lines are in the order of their SKUs, since a files account sorts them.
    """
    return pair.imported(number, line("CUP", 2), line("MUG", 1))


def sent(pair: Pair, supplier_id: str, number: str, *units: int) -> None:
    """Send these units of the lines in a parcel, and report it."""
    pair.supplier.ship_part(supplier_id, parcel(number=number), *units)
    pair.run(TASK)


def until_quiet(pair: Pair, *tasks: str) -> None:
    """Run the tasks, often enough that leases end and each write settles."""
    for _ in range(3):
        pair.merchant.clock.at += timedelta(hours=1)
        for task in tasks:
            pair.run(task)
    pair.stays_quiet(*tasks)


def open_steps(pair: Pair) -> list[StepRow]:
    """Return the steps that wait or have failed."""
    with Store.open(load_config(pair.path).database) as store:
        return [step for step in store.steps.open() if step.portal == PORTAL]


def ledger(pair: Pair, merchant_id: str) -> Mapping[str, tuple[int, int, int]]:
    """Return open, sent and cancelled units by SKU, of an order and the pieces of it.

    A line's id at the Supplier does not say its SKU, so the lines are in the order of their links.
    """
    with Store.open(load_config(pair.path).database) as store:
        links = store.links(PORTAL)
        [order] = links.of_either("merchant", merchant_id)[-1:]
        ids = [link.merchant_id for link in links.of_either("supplier", order.supplier_id)]
        lines: dict[str, list[Link]] = {}
        for each in links.lines_of(ids).values():
            for link in each:
                lines.setdefault(link.supplier_id, []).append(link)
    totals = [
        (
            sum(link.open_units or 0 for link in group),
            sum(link.sent or 0 for link in group),
            sum(link.cancelled or 0 for link in group),
        )
        for group in lines.values()
    ]
    return dict(zip(("CUP", "MUG"), totals, strict=False))


def open_and_sent(pair: Pair) -> Mapping[str, tuple[int | None, int | None]]:
    """Return the open and the sent units of each line that has some."""
    with Store.open(load_config(pair.path).database) as store:
        rows = store._connection.execute(
            "select distinct order_id from links where kind = 'line' and order_id is not null"
        )
        lines = store.links(PORTAL).lines_of([row[0] for row in rows.fetchall()])
    return {
        link.merchant_id: (link.open_units, link.sent)
        for of_order in lines.values()
        for link in of_order
        if link.open_units or link.sent
    }


def totals(pair: Pair) -> tuple[int, int]:
    """Return the open and the sent units of all lines together."""
    units = open_and_sent(pair).values()
    return sum(open_ or 0 for open_, _ in units), sum(sent or 0 for _, sent in units)


def numbers(pair: Pair, merchant_id: str) -> Sequence[str]:
    """Return the valid numbers that the Merchant shows, sorted."""
    return sorted(pair.merchant.all_numbers(merchant_id))
