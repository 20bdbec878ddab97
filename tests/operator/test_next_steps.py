"""LOW: `why` counts what there is, and each error names the next command."""

from pathlib import Path

import pytest

from tests.support.command import ordosync
from tests.support.desk import SHIP, TwoAccounts


@pytest.mark.parametrize(
    ("parcels", "text"),
    [
        ([("MUG=2", "1Z1"), ("CUP=1", "1Z2")], "shop has the 2 tracking numbers"),
        ([("MUG=1", "1Z1"), ("MUG=1", "1Z2"), ("CUP=1", "1Z3")], "has the 3 tracking numbers"),
    ],
)
def test_low_why_counts_the_tracking_numbers(
    both: TwoAccounts, parcels: list[tuple[str, str]], text: str
) -> None:
    for line, tracking in parcels:
        words = ("--carrier", "UPS", "--tracking", tracking, "--line", line)
        assert both.northwind("orders", "ship", "S-1001", *words).code == 0

    assert text in both.run("why", "1001").out


def test_low_why_counts_the_numbers_of_one_parcel(both: TwoAccounts) -> None:
    both.northwind(*SHIP, "--tracking", "1Z10")

    assert "shop has the 2 tracking numbers" in both.run("why", "1001").out


def test_low_why_counts_one_number_after_a_new_label(both: TwoAccounts) -> None:
    both.northwind(*SHIP)
    both.northwind("orders", "ship", "S-1001", "--void")
    both.northwind(*SHIP[:-1], "1Z10")

    assert "shop has the tracking number\n" in both.run("why", "1001").out


@pytest.mark.parametrize("command", ["orders list", "sync", "health", "config check", "run-due"])
def test_low_a_missing_configuration_names_the_next_command(tmp_path: Path, command: str) -> None:
    done = ordosync(tmp_path, *command.split(), "--config", "none.yaml")

    assert done.code == 3
    assert done.err.endswith(
        "none.yaml: No such file or directory; correct its path, or create one with"
        " `ordosync init`\n"
    )
