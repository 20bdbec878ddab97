"""Every refusal and every empty answer says what to do next: a command, an option, a place."""

import re
from pathlib import Path

import pytest

from tests.support.command import ordosync
from tests.support.desk import SHIP, TwoAccounts
from tests.support.stories import edit


@pytest.mark.parametrize(
    "words",
    [
        "activity --status failed",
        "attention --days x",
        "autosync off update-tracking",
        "autosync off cancel-orders",
        "cancel-orders nowhere",
        "orders cancel S-1001-1 --account northwind",
        "orders list --account nowhere",
        "orders list --account northwind --status cancelled",
        "orders list --status nosuch --account shop",
        "orders show S-9 --account northwind",
        "orders split S-1001 --piece MUG=1 --piece CUP=1 --account northwind",
        "orders ship S-1001 --account northwind --carrier UPS",
        "products add MUG --account shop",
        "purge --order S-9",
        "report --since soon",
        "retry",
        "retry --all",
        "retry 99",
        "retry 1",
        "show 99",
        "show 99999999999999999999",
        "stock adjust MUG --by 2 --account northwind",
        "stock list NOSUCH --account northwind",
        "stock set NOSUCH 1 --account northwind",
        "why 9",
    ],
)
def test_a_refusal_or_an_empty_result_says_what_to_do(both: TwoAccounts, words: str) -> None:
    result = both.run(*words.split())

    assert result.err, result
    message = result.err.replace("\n", " ")
    # A command to type, an option to add, or the values to choose from.
    assert re.search(
        r"`ordosync |--[a-z]|known: |has: |has one for|did you mean|there is one for", message
    ), message


def test_a_change_that_is_refused_names_the_command_that_shows_why(both: TwoAccounts) -> None:
    both.northwind("orders", "cancel", "S-1001")

    result = both.northwind(*SHIP)

    assert result.code == 1
    assert (
        "order S-1001 is cancelled; `ordosync orders show S-1001 --account northwind`" in result.err
    )


@pytest.mark.parametrize("words", ["orders list", "products list", "stock list"])
def test_an_empty_account_says_how_to_add_records(tmp_path: Path, words: str) -> None:
    TwoAccounts(tmp_path)

    result = ordosync(tmp_path, *words.split(), "--account", "shop")

    assert (result.code, result.out) == (0, "")
    assert re.search("`ordosync (orders|products) add`", result.err)


def test_a_key_that_is_not_valid_is_reported_with_where_to_fix_it(both: TwoAccounts) -> None:
    edit(
        both.folder,
        "ordosync.db",
        "update runs set status = 'failed', error_code = 'auth', error_message = 'HTTP 401'",
    )

    assert "HTTP 401; fix its key in the configuration" in both.run("activity").err
