"""Values of options: text becomes a typed value, or a problem that names its line."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from .conftest import Load, Problems
from .kinds import Reading

Option = Callable[[str], Any]


def with_option(written: str) -> str:
    return f"""\
accounts:
  acme:
    kind: shop
    token: ${{TOKEN}}
    {written}
  northwind: {{kind: depot}}
portals:
  acme-northwind: {{merchant: acme, supplier: northwind}}
"""


@pytest.fixture
def option(load: Load) -> Option:
    """Return the value of the only option that is written."""

    def read(written: str) -> Any:
        name = written.partition(":")[0]
        return load(with_option(written)).accounts["acme"].options[name]

    return read


@pytest.fixture
def problem(problems: Problems) -> Callable[[str], str]:
    """Return the only problem of an option."""

    def read(written: str) -> str:
        (message,) = problems(with_option(written))
        return message

    return read


@pytest.mark.parametrize("text", ["off", "no", "012", "10:00", "2026-11-01", "1e3", "0x1F", "yes"])
def test_text_is_unchanged(option: Option, text: str) -> None:
    assert option(f"title: {text}") == text


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("pages: 012", 12),
        ("pages: -3", -3),
        ('pages: "7"', 7),
        ("fast: on", True),
        ("fast: yes", True),
        ("fast: TRUE", True),
        ("fast: off", False),
        ("fast: no", False),
        ("fast: 'false'", False),
        ("fee: 1.10", Decimal("1.10")),
        ("fee: 2", Decimal(2)),
        ("opened_on: 2026-11-01", date(2026, 11, 1)),
        ("style: jsonl", "jsonl"),
        ("tags: [off, 012]", ("off", "012")),
        ("tags: []", ()),
        ("columns: {Order No: order_number, on: sku}", {"Order No": "order_number", "on": "sku"}),
        ("reading: {encoding: utf-8}", Reading(encoding="utf-8")),
        ("reading: {encoding: cp1252, quiet_s: 60}", Reading(encoding="cp1252", quiet_s=60)),
    ],
)
def test_type_decides_what_the_text_means(option: Option, written: str, value: object) -> None:
    assert option(written) == value


@pytest.mark.parametrize("null", ["null", "~", "Null", "NULL", ""])
def test_null_is_none_where_it_is_allowed(option: Option, null: str) -> None:
    assert option(f"note: {null}") is None


@pytest.mark.parametrize("text", ["null", "~", ""])
def test_quoted_null_is_text(option: Option, text: str) -> None:
    assert option(f'note: "{text}"') == text


@pytest.mark.parametrize("name", ["title", "pages", "tags", "folder"])
def test_null_is_a_problem_for_a_required_value(problem: Callable[[str], str], name: str) -> None:
    assert problem(f"{name}:") == f"line 5: accounts.acme.{name}: needs a value"


def test_paths_are_relative_to_the_file_and_so_are_their_defaults(
    load: Load, option: Option, tmp_path: Path
) -> None:
    assert option("folder: orders/new") == tmp_path / "orders/new"
    assert option("folder: /srv/orders") == Path("/srv/orders")
    assert load(with_option("")).accounts["acme"].options["folder"] == tmp_path / "incoming"


def test_options_hold_only_given_values_and_default_paths(load: Load) -> None:
    options = load(with_option("pages: 2")).accounts["acme"].options

    assert set(options) == {"token", "pages", "folder"}


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("pages: ten", 'pages: "ten" is not a whole number'),
        ("pages: 1_000", 'pages: "1_000" is not a whole number'),
        ("pages: ٣", 'pages: "٣" is not a whole number'),
        ("fast: maybe", 'fast: "maybe" is neither true nor false'),
        ("fee: NaN", 'fee: "NaN" is not a number'),
        ("fee: 1,10", 'fee: "1,10" is not a number'),
        ("opened_on: 20261101", 'opened_on: "20261101" is not a date; write YYYY-MM-DD'),
        ("opened_on: 2026-02-30", 'opened_on: "2026-02-30" is not a date; write YYYY-MM-DD'),
        ("style: xml", 'style: "xml" is not possible here; choose csv or jsonl'),
        ("title: [a]", "title: expected a single value, not a list"),
        ("tags: a", "tags: expected a list, not a single value"),
        ("tags: [a, {b: c}]", "tags[1]: expected a single value, not options (name: value)"),
        ("columns: [a]", "columns: expected options (name: value), not a list"),
        ("reading: {}", "reading.encoding: is missing"),
        ("reading: {encoding: a, quiet_s: -1}", "reading: quiet_s must not be negative"),
        ('folder: ""', 'folder: "" is not a path'),
        ("folder: ~/orders", 'folder: "~/orders": ~ is not supported; write the whole path'),
        ("folder: {a: b}", "folder: expected a single value, not options (name: value)"),
        ("pagse: 1", "pagse: unknown option; did you mean pages?"),
    ],
)
def test_invalid_value_is_reported_with_line_and_path(
    problem: Callable[[str], str], written: str, why: str
) -> None:
    assert problem(written) == f"line 5: accounts.acme.{why}"


@pytest.mark.parametrize("given", ["name: other", "spool: /tmp"])
def test_argument_that_ordosync_passes_is_no_option(
    problem: Callable[[str], str], given: str
) -> None:
    assert "unknown option" in problem(given)


def test_foreign_characters_are_made_visible(problem: Callable[[str], str]) -> None:
    assert problem(r'pages: "\e[31m\u202e\n"') == (
        r'line 5: accounts.acme.pages: "\x1b[31m\u202e\n" is not a whole number'
    )
    assert problem(r'"\e]52;c;a": 1').startswith(r"line 5: accounts.acme.\x1b]52;c;a: unknown")


def test_long_text_is_cut_in_a_message(problem: Callable[[str], str]) -> None:
    assert len(problem(f"pages: {'9' * 5000}")) < 150
    assert len(problem(f"{'x' * 900}: 1")) < 400
