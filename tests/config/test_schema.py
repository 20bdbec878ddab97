"""The sections of the file, the accounts, and all problems reported at once."""

from pathlib import Path

import pytest

from ordosync.accounts import KINDS
from ordosync.config import load_config
from ordosync.store.location import SqliteFile

from .conftest import LEAST, Load, Problems


def test_database_is_beside_the_file_by_default(load: Load, tmp_path: Path) -> None:
    assert load(LEAST).database == SqliteFile(tmp_path / "ordosync.db")
    assert load(f"database: state/x.db\n{LEAST}").database == SqliteFile(tmp_path / "state/x.db")


def test_paths_are_absolute_wherever_it_is_loaded_from(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(file.parent)

    config = load_config(Path("config.yaml"))

    assert (config.path, config.database.path) == (file, file.parent / "ordosync.db")


@pytest.mark.parametrize(
    "text", ["database: x.db\n", "accounts:\nportals:\n", "accounts: {}\nportals: {}\n"]
)
def test_file_without_accounts_and_portals_is_a_problem(problems: Problems, text: str) -> None:
    reported = problems(text)

    assert len(reported) == 2
    assert reported[0].endswith("no account is configured")
    assert reported[1].endswith("no portal is configured")


def test_unknown_section_is_a_problem(problems: Problems) -> None:
    assert problems(f"databse: x.db\n{LEAST}") == [
        "line 1: databse: unknown option; did you mean database?"
    ]


@pytest.mark.parametrize(
    "name", ["../../etc", "a'; drop table x", r"a\0", "a" * 300, "a" * 64, "Acme", "-a", "é", ""]
)
def test_names_are_safe_everywhere(problems: Problems, name: str) -> None:
    (problem,) = problems(LEAST.replace("acme-northwind", f'"{name}"'))

    assert problem.startswith("line 5: portals.")
    assert "is not a name; use up to 63 of a-z, 0-9, - and _, starting with" in problem


def test_longest_name_is_good(load: Load) -> None:
    assert "a" * 63 in load(LEAST.replace("acme-northwind", "a" * 63)).portals


def test_name_of_an_account_is_checked_as_well(problems: Problems) -> None:
    (problem,) = problems(
        LEAST.replace("  northwind:", "  northwind: {kind: depot}\n  North Wind:")
    )

    assert problem.startswith('line 4: accounts.North Wind: "North Wind" is not a name; use up to')


def test_unknown_kind_is_reported_with_a_suggestion_or_all_kinds(
    problems: Problems, monkeypatch: pytest.MonkeyPatch
) -> None:
    for kind in set(KINDS) - {"files", "sqlite", "shop", "depot"}:
        monkeypatch.delitem(KINDS, kind)

    close, far = (
        problems(LEAST.replace("depot", "depto").replace("shop", "shopify")),
        problems(LEAST.replace("depot", "warehouse")),
    )

    assert close == [
        'line 2: accounts.acme.kind: "shopify" is not a kind of account; did you mean shop?',
        'line 3: accounts.northwind.kind: "depto" is not a kind of account; did you mean depot?',
    ]
    (problem,) = far
    assert problem.startswith('line 3: accounts.northwind.kind: "warehouse" is not a kind of acc')
    assert problem.endswith("; choose files, sqlite, shop or depot")


def test_account_needs_a_kind_and_the_options_that_it_requires(problems: Problems) -> None:
    text = LEAST.replace("{kind: depot}", "{}").replace(', token: "${TOKEN}"', "")

    assert problems(text) == [
        "line 2: accounts.acme.token: is missing",
        "line 3: accounts.northwind.kind: is missing",
    ]


def test_account_that_is_no_mapping_is_one_problem(problems: Problems) -> None:
    assert problems(LEAST.replace("{kind: depot}", "depot")) == [
        "line 3: accounts.northwind: expected options (name: value), not a single value"
    ]


def test_every_problem_is_reported_at_once_in_the_order_of_the_file(problems: Problems) -> None:
    reported = problems("""\
portals:
  acme-northwind:
    merchant: acne
    supplier: {account: northwind, prefx: "A-"}
    mangage_inventory: true
    since: yesterday
    since: 2026-11-01
    send: [tags, ship_to_fax]
    tasks:
      import-orders: 5-minutes
      split-order: hourly
  second:
    merchant: northwind
accounts:
  acme:
    kind: shop
    token: x${TOKEN}
    pages: many
  northwind:
    kind: depot
databases: x.db
""")

    assert reported == [
        'line 3: portals.acme-northwind.merchant: there is no account "acne"; did you mean acme?',
        "line 4: portals.acme-northwind.supplier.prefx: unknown option; did you mean prefix?",
        (
            "line 5: portals.acme-northwind.mangage_inventory: unknown option; "
            "did you mean manage_inventory?"
        ),
        'line 6: portals.acme-northwind.since: "yesterday" is not a date; write YYYY-MM-DD',
        "line 7: portals.acme-northwind.since: given twice, first in line 6",
        (
            'line 8: portals.acme-northwind.send[1]: "ship_to_fax" is not possible here; choose '
            "ship_to_email, ship_to_phone, bill_to_address, bill_to_email, bill_to_phone, "
            "customer_notes, internal_notes, line_total, line_discount, order_discount, tags, "
            "supplier_sku, supplier_unit_cost or placed_at"
        ),
        (
            'line 10: portals.acme-northwind.tasks.import-orders: "5-minutes" is not an interval; '
            "choose 10-minutes, hourly, 6-hours, daily or off"
        ),
        "line 11: portals.acme-northwind.tasks.split-order: runs at once and has no interval",
        "line 12: portals.second.supplier: is missing",
        "line 13: portals.second.merchant: account northwind: kind depot cannot be a merchant",
        "line 17: accounts.acme.token: ${NAME} must be the whole value",
        'line 18: accounts.acme.pages: "many" is not a whole number',
        "line 21: databases: unknown option; did you mean database?",
    ]
