"""A week in which nothing goes wrong is quiet: nobody is asked for, and cron mails nothing."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from itertools import product
from pathlib import Path
from unittest.mock import patch

import pytest

from tests.accounts.contract.people import MerchantPeople, SupplierPeople
from tests.command import Done, ordosync
from tests.pairs.kinds import MERCHANTS, SUPPLIERS
from tests.virtual import VirtualClock
from tests.week import WORKING, DropsPeople, FeedPeople, Week

SELLING: Mapping[str, Callable[[Path, VirtualClock], MerchantPeople]] = {
    **MERCHANTS,
    "files": FeedPeople,
}
SHIPPING: Mapping[str, Callable[[Path, VirtualClock], SupplierPeople]] = {
    **SUPPLIERS,
    "files": DropsPeople,
}
USUAL = {("files", "sqlite"), ("sqlite", "files")}
"""Without a server, and quick; every pair, with its nights, is in the slow part."""


def _pairs() -> Iterator[object]:
    for pair in product(SELLING, SHIPPING):
        if pair in USUAL:
            yield pytest.param(*pair, WORKING, id="-".join(pair))
        always = tuple(range(24))
        yield pytest.param(*pair, always, marks=pytest.mark.slow, id="-".join((*pair, "always")))


@pytest.mark.parametrize(("merchant", "supplier", "hours"), list(_pairs()))
def test_a_quiet_week_asks_for_nobody(
    tmp_path: Path, merchant: str, supplier: str, hours: tuple[int, ...]
) -> None:
    clock = VirtualClock()
    with (
        closing(SELLING[merchant](tmp_path, clock)) as selling,
        closing(SHIPPING[supplier](tmp_path, clock)) as shipping,
    ):
        week = Week(tmp_path, selling, shipping, hours=hours)

        week.pass_by()

        assert week.cron.alerts == []
        said = at(clock, tmp_path, "attention")
        assert (said.code, said.err) == (0, "nothing needs attention\n"), said
        assert at(clock, tmp_path, "health").code == 0
        told = {one: numbers(week, one) for one in week.sent}
        assert told == {one: [label] for one, label in week.sent.items()}


def at(clock: VirtualClock, folder: Path, command: str) -> Done:
    """Run a command at the time of this clock."""
    with patch("ordosync.cli.context.Clock", lambda: clock):
        return ordosync(folder, command)


def numbers(week: Week, order_id: str) -> list[str]:
    return [one.number for one in week.merchant.tracking(order_id) if not one.voided]
