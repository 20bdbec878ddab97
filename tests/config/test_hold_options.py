"""The conditions of `hold:` in a portal."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from ordosync.config import load_config
from ordosync.config.dump import as_plain
from ordosync.config.hold_settings import HoldConfig
from ordosync.errors import ConfigError

FILE = """\
accounts:
  shop: {kind: sqlite, path: shop.db}
  northwind: {kind: sqlite, path: northwind.db}
portals:
  shop-northwind:
    merchant: shop
    supplier: northwind
    hold:
"""


def read(folder: Path, *lines: str) -> HoldConfig:
    path = folder / "config.yaml"
    path.write_text(FILE + "".join(f"      {line}\n" for line in lines))
    return load_config(path).portals["shop-northwind"].hold


def problem(folder: Path, *lines: str) -> str:
    with pytest.raises(ConfigError) as caught:
        read(folder, *lines)
    [message] = [line for line in str(caught.value).splitlines() if "line " in line]
    return message.strip().removeprefix("- ")


def test_all_conditions_are_read(tmp_path: Path) -> None:
    hold = read(
        tmp_path,
        "age: 2h",
        "tags: {hold: [fraud-check, no], release: [ok]}",
        "over: 500.00",
        "countries: [US, NO]",
        'po_box: ["UPS*"]',
        "longest: 60d",
    )

    assert (hold.age, hold.over, hold.longest) == (
        timedelta(hours=2),
        Decimal("500.00"),
        timedelta(days=60),
    )
    assert (hold.tags.hold, hold.tags.release) == (("fraud-check", "no"), ("ok",))
    assert (hold.countries, hold.po_box) == (("US", "NO"), ("UPS*",))
    assert hold.conditions == ("age", "tags", "over", "countries", "po_box")


@pytest.mark.parametrize("age", ["0", "0m", "0d"])
def test_nothing_is_held_by_default_and_an_age_may_be_0(tmp_path: Path, age: str) -> None:
    assert read(tmp_path, f"age: {age}").conditions == ()
    assert HoldConfig().conditions == ()


def test_config_show_has_the_conditions_only_if_there_are_any(tmp_path: Path) -> None:
    read(tmp_path, "age: 90m", "over: 20")
    shown = as_plain(load_config(tmp_path / "config.yaml"))["portals"]["shop-northwind"]
    read(tmp_path, "age: 0")
    default = as_plain(load_config(tmp_path / "config.yaml"))["portals"]["shop-northwind"]

    assert (shown["hold"]["age"], shown["hold"]["over"]) == ("90m", "20")
    assert "hold" not in default


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("age: 8d", "age: must be at most 7d"),
        ("age: 30", 'age: "30" is not a duration; write 30m, 2h or 1d'),
        ("age: soon", 'age: "soon" is not a duration; write 30m, 2h or 1d'),
        ("age: -30m", 'age: "-30m" is not a duration; write 30m, 2h or 1d'),
        ("over: 500 EUR", 'over: "500 EUR" is not a number'),
        ("over: 500,00", 'over: "500,00" is not a number'),
        ("over: -1", "over: must be 0 or more"),
        ("countries: US", "countries: expected a list, not a single value"),
        ("countries: [us]", "countries[0]: 'us' is not a country code; did you mean US?"),
        ("countries: [UK]", "countries[0]: 'UK' is not a country code; did you mean GB?"),
        (
            "countries: [Germany]",
            'countries[0]: "Germany" is not a country code; write two letters, such as US',
        ),
        ("countries: ['']", 'countries[0]: "" is not a country code; write two letters,'),
        ("po_box: ['']", "po_box: a pattern must not be blank; write * for all methods"),
        ("po_box: true", "po_box: expected a list, not a single value"),
        ("longest: 30m", "longest: must be 1h to 60d"),
        ("longest: 61d", "longest: must be 1h to 60d"),
        ("tags: [fraud-check]", "tags: expected options (name: value), not a list"),
        ("tags: {holds: [x]}", "tags.holds: unknown option; did you mean hold?"),
        ("tags: {hold: ['']}", "tags.hold: a tag must not be blank"),
        ("tags: {hold: [Ok], release: [ok]}", 'tags.release: tag "ok" is in `hold`, too'),
        ("paid: maybe", 'paid: "maybe" is neither true nor false'),
        ("paid: true", "paid: account shop (sqlite) does not know if an order is paid"),
        ("risk: [cancel]", "risk: account shop (sqlite) does not know the risk of an order"),
        ("risk: [high]", 'risk[0]: "high" is not possible here; choose investigate or cancel'),
        ("adress: {}", "adress: unknown option; choose"),
        ("countrys: [US]", "countrys: unknown option; did you mean countries?"),
    ],
)
def test_a_wrong_value_names_its_line(tmp_path: Path, line: str, why: str) -> None:
    assert problem(tmp_path, line).startswith(f"line 9: portals.shop-northwind.hold.{why}")


def test_the_longest_time_must_not_be_shorter_than_the_age(tmp_path: Path) -> None:
    message = problem(tmp_path, "age: 2d", "longest: 1d")

    assert message == "line 10: portals.shop-northwind.hold.longest: must not be shorter than `age`"
    assert read(tmp_path, "age: 7d").longest == timedelta(days=7)


def test_an_option_that_is_given_twice_is_one_problem(tmp_path: Path) -> None:
    message = problem(tmp_path, "age: 30m", "age: 1h")

    assert message == "line 10: portals.shop-northwind.hold.age: given twice, first in line 9"
