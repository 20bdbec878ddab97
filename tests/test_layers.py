"""Imports only go down, so that each layer can be read without those above it."""

import ast
import importlib
import re
from functools import cache
from pathlib import Path

import pytest

from ordosync.accounts import KINDS

PACKAGE = Path(__file__).parents[1] / "ordosync"
# From the bottom up: a module may import its own layer and those listed before it.
LAYERS = (
    (
        *("errors", "secret", "clock", "failpoints", "retry", "slots", "progress"),
        *("idle", "permissions", "crontab", "regular_files", "text", "atomic_write", "countries"),
        *(
            "currencies",
            "digest_key",
            "durations",
            "hold_facts",
            "keyed_content",
            "sql",
            "postgres_url",
        ),
    ),
    ("models", "skus"),
    (
        *("order_checks", "added_units", "edits", "shortages", "stock_rules", "left_out"),
        *("line_content", "max_age", "stock_shares"),
    ),
    ("database_file",),
    ("database", "http"),
    ("postgres",),
    ("database_copy", "temporary_database"),
    ("embedded",),
    ("accounts",),
    ("config", "store"),
    ("tasks",),
    ("engine",),
    ("cli",),
    ("__main__",),
)
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}
DEEPEST = 2
LONGEST = 300
"""A longer module has two subjects; the schema of a service is an exception."""
MODULES = sorted(PACKAGE.rglob("*.py"))


def _part(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@cache
def _imports(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{item.name}" for item in node.names)}
        elif isinstance(node, ast.Import):
            names |= {item.name for item in node.names}
    return names


def test_imports_only_go_down() -> None:
    upwards = [
        f"{path.relative_to(PACKAGE)} imports {name}"
        for path in MODULES
        if _part(path) != "__init__"
        for name in _imports(path)
        if name.startswith("ordosync.") and LEVEL.get(name.split(".")[1], 0) > LEVEL[_part(path)]
    ]

    assert upwards == []


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_above_the_accounts_imports_a_kind(kind: str) -> None:
    users = {
        _part(path)
        for path in MODULES
        for name in _imports(path)
        if name.startswith(f"ordosync.accounts.{kind}")
    }

    assert users <= {"accounts"}


@pytest.mark.parametrize(
    ("library", "allowed"),
    [
        ("typer", "cli"),
        ("rich", "cli"),
        ("yaml", "config cli"),
        ("requests", "http"),
        ("urllib3", "http"),
    ],
)
def test_a_library_is_used_in_one_package(library: str, allowed: str) -> None:
    users = {
        _part(path)
        for path in MODULES
        if any(name.split(".")[0] == library for name in _imports(path))
    }

    assert users <= set(allowed.split())


def test_little_code_depends_on_the_queue_of_the_workers() -> None:
    users = [
        path
        for path in MODULES
        if any(name.split(".")[0] == "procrastinate" for name in _imports(path))
    ]

    assert [_part(path) for path in users] == ["postgres"]
    assert sum(len(path.read_text("utf-8").splitlines()) for path in users) <= 150


def test_a_transaction_of_the_engine_names_its_portal() -> None:
    """Portals on several hosts must exclude each other only where it is necessary."""
    of_all = {"scheduling/registration.py", "scheduling/timetable.py", "scheduling/retention.py"}
    # An entry that the operator dismisses or purges may belong to several portals.
    of_all |= {"diagnosis/dismissal.py", "purge.py"}
    # One message is about the problems of all portals.
    of_all |= {"alerts/delivery.py"}

    unnamed = {
        str(path.relative_to(PACKAGE / "engine"))
        for path in (PACKAGE / "engine").rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and ast.unparse(call.func).endswith("store.transaction")
        and not {"portal", "portals"} & {keyword.arg for keyword in call.keywords}
    }

    assert unnamed == of_all


def test_only_the_schema_of_a_service_has_more_than_300_lines() -> None:
    long = [
        str(path.relative_to(PACKAGE))
        for path in MODULES
        if len(path.read_text("utf-8").splitlines()) > LONGEST
        and not (_part(path) == "accounts" and path.name == "schema.py")
    ]

    assert long == []


def test_no_class_of_an_account_inherits_deeper_than_two_classes_of_the_package() -> None:
    classes = {
        value
        for path in MODULES
        if _part(path) == "accounts"
        for value in vars(importlib.import_module(_dotted(path))).values()
        if isinstance(value, type) and value.__module__.startswith("ordosync.accounts.")
    }

    deep = [
        class_
        for class_ in classes
        if not issubclass(class_, Exception) and _depth(class_) > DEEPEST
    ]

    assert deep == []


def _dotted(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(
        ".__init__"
    )


def _depth(value: type) -> int:
    return sum(base.__module__.startswith("ordosync.") for base in value.__mro__)


def test_only_one_function_computes_the_quantity_that_a_merchant_shows() -> None:
    """OpenLinker's buffers were ignored by one more path to the shop."""
    writers = {
        str(path.relative_to(PACKAGE))
        for path in MODULES
        if re.search(r"\bstock\)?\.write\(", path.read_text("utf-8"))
    }
    computing = {
        str(path.relative_to(PACKAGE))
        for path in MODULES
        if "ordosync.stock_rules.published" in _imports(path)
    }

    assert writers == {"tasks/write_inventory_back.py"}
    assert computing == {"tasks/stock/target.py"}


# The folder listing explains the system: allowed file names, and forbidden code.

ACCOUNTS = PACKAGE / "accounts"
TESTS = Path(__file__).parent
PARTS = {
    path.name
    for path in (TESTS / "accounts" / "contract").glob("*_*.py")
    if path.name.startswith(("merchant_", "supplier_"))
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_lists_the_parts_of_the_contract_and_no_others(kind: str) -> None:
    listed = {path.name for path in (ACCOUNTS / kind).glob("*.py")}

    assert {name for name in listed if name.startswith(("merchant_", "supplier_"))} <= PARTS
    assert {"__init__.py", "options.py", "merchant_orders.py", "supplier_orders.py"} <= listed


def test_a_part_is_none_instead_of_unsupported() -> None:
    removed = re.compile(
        r"takes_part|\.paired\(|isinstance\([a-z_.]*pair|NotImplementedError|lists_all_as"
    )

    assert [str(path) for path in MODULES if removed.search(path.read_text("utf-8"))] == []


@pytest.mark.parametrize("contract", ["MerchantContract", "SupplierContract"])
def test_every_kind_is_under_both_contracts(contract: str) -> None:
    under = {
        path.parent.name
        for path in (TESTS / "accounts").rglob("test_*.py")
        if f"({contract})" in path.read_text("utf-8")
    }

    assert under == {*KINDS}


def test_no_test_module_imports_another() -> None:
    importing = {
        str(path.relative_to(TESTS))
        for path in TESTS.rglob("*.py")
        if any(name.split(".")[-1].startswith("test_") for name in _imported_modules(path))
    }

    assert importing == set()


def _imported_modules(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    return {
        node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module
    }
