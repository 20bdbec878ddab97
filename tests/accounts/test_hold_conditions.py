"""The conditions of `hold:` that each kind of account can judge, and what it lacks for them."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from ordosync.config import load_config
from ordosync.config.hold_settings import HoldConfig
from ordosync.errors import ConfigError
from tests.accounts.contract.opening import PORTAL, write_config
from tests.accounts.contract.people import MerchantPeople
from tests.scenarios.pairs.kinds import MERCHANTS
from tests.support.clock import VirtualClock

OPTIONS: Mapping[str, object] = {
    "paid": True,
    "age": "30m",
    "tags": {"hold": ["x"]},
    "risk": ["cancel"],
    "over": 1,
    "countries": ["GB"],
    "po_box": ["*"],
}
UNKNOWN: Mapping[str, Mapping[str, str]] = {
    "shopify": {},
    "woocommerce": {"risk": "account shop (woocommerce) does not know the risk of an order"},
    "ordoro": {
        "paid": "account shop (ordoro) does not know if an order is paid",
        "risk": "account shop (ordoro) does not know the risk of an order",
    },
    "sqlite": {
        "paid": "account shop (sqlite) does not know if an order is paid",
        "risk": "account shop (sqlite) does not know the risk of an order",
    },
    "files": {
        "age": "account shop needs `placed_at` in `orders: columns:` to know when an order was"
        " placed",
        "risk": "account shop (files) does not know the risk of an order",
    },
}
"""What the configuration of the people lacks."""


@pytest.fixture(name="people", params=MERCHANTS.values(), ids=[*MERCHANTS])
def _people(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MerchantPeople]:
    people = request.param(tmp_path, VirtualClock())
    yield people
    people.close()


def test_all_conditions_have_an_option_here() -> None:
    assert {*OPTIONS} == {*HoldConfig.__dataclass_fields__} - {"longest"}


def test_a_condition_that_a_kind_cannot_judge_is_a_problem(people: MerchantPeople) -> None:
    path = write_config(people.folder, people, None, **{**people.portal, "hold": OPTIONS})
    kind = str(people.options["kind"])

    try:
        load_config(path)
        problems = {}
    except ConfigError as error:
        lines = [line.partition("hold.")[2] for line in str(error).splitlines() if "hold." in line]
        problems = dict(line.split(": ", 1) for line in lines)

    assert problems == UNKNOWN[kind]
    assert PORTAL in path.read_text()
