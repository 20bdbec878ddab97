"""The reasons why two accounts cannot run a task."""

from dataclasses import replace

from ordosync.config.needs import unavailable_tasks
from ordosync.secret import Secret
from tests.config.kinds import Depot, Shop

SHOP = Shop(name="shop", token=Secret("")).merchant()
DEPOT = Depot(name="depot").supplier()


def test_accounts_with_all_parts_can_run_every_task() -> None:
    assert unavailable_tasks(SHOP, DEPOT) == {}


def test_a_missing_option_is_named() -> None:
    shop = replace(SHOP, stock=None, part_options={"stock": "inventory"})

    reasons = unavailable_tasks(shop, DEPOT)

    assert reasons == {"write-inventory-back": "account shop needs `inventory:` to receive stock"}


def test_a_part_without_an_option_is_a_limit_of_the_kind() -> None:
    reasons = unavailable_tasks(SHOP, replace(DEPOT, splits=None))

    assert reasons == {"split-order": "account depot (depot) cannot report split orders"}
