"""A week without faults is quiet: it needs no operator, and cron mails nothing."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from itertools import product
from pathlib import Path
from unittest.mock import patch

import pytest

from tests.accounts.contract.people import MerchantPeople, SupplierPeople
from tests.scenarios.pairs.kinds import MERCHANTS, SUPPLIERS, few
from tests.support.clock import VirtualClock
from tests.support.command import Done, ordosync
from tests.support.week import WORKING, DropsPeople, FeedPeople, Week

SELLING: Mapping[str, type[MerchantPeople]] = {
    **MERCHANTS,
    "files": FeedPeople,
}
SHIPPING: Mapping[str, type[SupplierPeople]] = {
    **SUPPLIERS,
    "files": DropsPeople,
}
USUAL = {("files", "sqlite"), ("sqlite", "files")}
"""These pairs need no server; the fast tests have a week of each, one of them with rules."""


def _pairs() -> Iterator[object]:
    always = tuple(range(24))
    slow = few(product(SELLING.values(), SHIPPING.values()))
    for merchant, supplier in product(SELLING, SHIPPING):
        name, people = f"{merchant}-{supplier}", (SELLING[merchant], SHIPPING[supplier])
        mark = pytest.mark.slow if people in slow else pytest.mark.matrix
        if (merchant, supplier) in USUAL:
            marks = pytest.mark.slow if merchant == "files" else ()
            yield pytest.param(*people, WORKING, False, marks=marks, id=name)
        yield pytest.param(*people, always, False, marks=mark, id=f"{name}-always")
        marks = () if (merchant, supplier) == ("files", "sqlite") else pytest.mark.matrix
        yield pytest.param(*people, WORKING, True, marks=marks, id=f"{name}-rules")


@pytest.mark.parametrize(("merchant", "supplier", "hours", "has_rules"), list(_pairs()))
def test_a_quiet_week_needs_no_operator(
    tmp_path: Path,
    merchant: type[MerchantPeople],
    supplier: type[SupplierPeople],
    hours: tuple[int, ...],
    has_rules: bool,
) -> None:
    clock = VirtualClock()
    with (
        closing(merchant(tmp_path, clock)) as selling,
        closing(supplier(tmp_path, clock)) as shipping,
    ):
        week = Week(tmp_path, selling, shipping, hours=hours, has_rules=has_rules)

        week.pass_by()

        assert week.cron.alerts == []
        result = at(clock, tmp_path, "attention")
        assert (result.code, result.err) == (0, "nothing needs attention\n"), result
        assert at(clock, tmp_path, "health").code == 0
        reported = {id_: week.merchant.all_numbers(id_) for id_ in week.sent}
        assert [id_ for id_, label in week.sent.items() if label not in reported[id_]] == []


def at(clock: VirtualClock, folder: Path, command: str) -> Done:
    """Run a command with this clock."""
    with patch("ordosync.cli.context.Clock", lambda: clock):
        return ordosync(folder, command)
