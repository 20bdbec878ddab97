"""Each document of `--json` has a JSON Schema, and holds what the text shows.

`tests.support.command` holds every document that any test gets against its schema.
"""

import json
import re
import shutil
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from ordosync.cli.commands import COMMANDS, load
from ordosync.cli.output.json_schemas import DOCUMENTS, schema_of
from ordosync.store.written import Written
from tests.support.combinations import some
from tests.support.command import AT_ONCE, HEADER, ordosync, row, shop, wake
from tests.support.desk import SHIP, TwoAccounts
from tests.support.json_documents import check
from tests.support.shared import demo_files

FILES = sorted(file.name for file in files("ordosync").joinpath("schemas").iterdir())


def _commands(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    inner = getattr(command, "commands", None)
    if inner is None:
        yield name, command
    for word, part in (inner or {}).items():
        yield from _commands(f"{name} {word}", part)


def test_each_command_that_takes_json_has_a_schema() -> None:
    commands = [found for name in COMMANDS for found in _commands(name, load(name))]
    names = {
        name
        for name, command in commands
        if any("--json" in parameter.opts for parameter in command.params)
    }

    assert names == {*DOCUMENTS}


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_schema_of_each_command_is_valid_and_complete(name: str) -> None:
    schema = schema_of(name)
    Draft202012Validator.check_schema(schema)

    references = re.findall(r'"\$ref": "([^"]+)"', json.dumps(schema))

    assert {reference.rpartition("/")[0] for reference in references} <= {"#/$defs"}
    assert {reference.rpartition("/")[2] for reference in references} <= {*schema.get("$defs", {})}


def test_each_file_of_a_schema_is_used() -> None:
    used = {f"{document}.json" for documents in DOCUMENTS.values() for document in documents}

    assert {*FILES} == {*used, "common.json"}


@pytest.mark.parametrize("name", FILES)
def test_each_field_is_described_and_no_object_takes_unknown_fields(name: str) -> None:
    schema = json.loads(files("ordosync").joinpath("schemas", name).read_text("utf-8"))

    assert [*_undescribed(schema, name)] == []


def _undescribed(schema: Any, path: str) -> Iterator[str]:
    if isinstance(schema, list):
        for place, part in enumerate(schema):
            yield from _undescribed(part, f"{path}[{place}]")
    if not isinstance(schema, dict):
        return
    is_base = path.endswith(("_fields", ".units"))
    closed = {"additionalProperties", "unevaluatedProperties"} & {*schema}
    if "properties" in schema and not closed and not is_base:
        yield f"{path} takes unknown fields"
    for name, field in schema.get("properties", {}).items():
        if not {"description", "$ref", "items"} & {*field}:
            yield f"{path}.{name} has no description"
    for key, part in schema.items():
        yield from _undescribed(part, f"{path}.{key}")


def test_unknown_field_is_refused() -> None:
    document = {"schedule": [], "new": 1}

    with pytest.raises(AssertionError, match="'new' was unexpected"):
        check(["autosync", "--json"], json.dumps(document))


def test_schema_is_printed_for_a_command_of_two_words(tmp_path: Path) -> None:
    done = ordosync(tmp_path, "schema", "orders", "show")

    assert done.json == schema_of("orders show")


def test_command_without_json_is_refused_with_a_suggestion(tmp_path: Path) -> None:
    done = ordosync(tmp_path, "schema", "order", "show")

    assert (done.code, done.out) == (2, "")
    assert "did you mean orders show" in done.err


@pytest.fixture(scope="module", name="demo")
def _demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shutil.copytree(demo_files(tmp_path_factory), tmp_path_factory.mktemp("json") / "demo")


@pytest.mark.parametrize(
    "command",
    some(
        (
            *("import-orders --dry-run", "sync --dry-run", "import-orders --adopt", "run-due"),
            *("run-due --dry-run", "activity -n 50", "activity --changes", "show 8", "show 11"),
            *("attention", "find 1001", "find TRAY", "why 1001", "why TRAY-RED", "reconcile"),
            *("health", "health -v", "report", "autosync", "config check", "config check --online"),
            *("config show", "cron render", "prune", "backup copy.db --force"),
            "orders list --account shop",
            "orders list --account northwind",
            "orders show 1003 --account shop",
            "orders pick --account northwind",
            "orders show S-1001 --account northwind",
            "products list --account shop",
            "products list --account northwind",
            "stock list --account northwind",
            "stock set TRAY-RED 7 --account northwind --dry-run",
            "orders cancel S-1040 --account northwind --dry-run",
            "purge --order 1006 --account shop",
            "rebuild-state --dry-run --yes",
        ),
        *("activity -n 50", "show 8", "attention", "report", "orders show 1003 --account shop"),
    ),
)
def test_document_of_the_demo_is_as_its_schema_says(demo: Path, command: str) -> None:
    done = ordosync(demo, *command.split(), "--json")

    assert done.out, done
    check(command.split(), done.out)


def test_failing_runs_are_as_their_schemas_say(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1001") + row("1002", country="Suisse"), config=AT_ONCE)

    plans = ordosync(tmp_path, "import-orders", "--dry-run", "--json")
    failed = ordosync(tmp_path, "import-orders", "--json")
    wake(tmp_path)
    due = ordosync(tmp_path, "run-due", "--json")

    assert (plans.code, failed.code) == (1, 1)
    assert [plan["failed"] for plan in plans.json["plans"]] == [1]
    assert due.json["runs"][0]["task"] == "import-orders"
    for command in ("attention", "health", "show 1", "retry --all", "activity", "report"):
        assert ordosync(tmp_path, *command.split(), "--json").out


def test_h8_product_has_its_price(both: TwoAccounts) -> None:
    both.shop("products", "add", "PRICED", "--price", "4.20")

    products = both.shop("products", "list", "--json").json["products"]

    assert {product["sku"]: product["price"] for product in products}["PRICED"] == "4.20"


def test_h8_order_has_everything_that_its_text_shows(both: TwoAccounts) -> None:
    [listed] = both.shop("orders", "list", "--json").json["orders"]
    shown = both.order("shop", "1001")

    for order in (listed, shown):
        assert order["created"]
        assert (order["total"], order["currency"], order["shipping_method"]) == ("12.00", "EUR", "")
        assert order["supplier"] == "northwind"
    assert (shown["customer_notes"], shown["internal_notes"], shown["tags"]) == ("", "", [])


def test_h8_run_has_its_quantities(both: TwoAccounts) -> None:
    both.run("import-products")
    both.northwind("stock", "set", "MUG", "9")
    run = both.run("write-inventory-back", "--json").run

    steps = both.run("show", str(run["id"]), "--json").run["steps"]

    written = {step["key"]: step["written"] for step in steps}
    assert written["MUG"]["quantity"]["new"] == 7


def test_h8_stock_set_and_adjust_write_the_new_stock(both: TwoAccounts) -> None:
    counted = both.northwind("stock", "set", "MUG", "40", "--json").json
    adjusted = both.northwind("stock", "adjust", "MUG", "--by", "-3", "--json").json

    assert counted["counted"] == 1
    assert counted["stock"][0]["physical"] == 40
    assert adjusted["stock"][0]["physical"] == 37


def test_h8_refused_rows_are_in_the_document(both: TwoAccounts) -> None:
    (both.folder / "count.csv").write_text(
        "sku,quantity,warehouse\nMUG,5,East\nNO-SUCH,1,\nMUG,x,\n"
    )

    done = both.northwind("stock", "set", "--from", "count.csv", "--json")

    assert done.code == 1
    assert done.json["new_warehouses"] == ["East"]
    assert [(refused["row"], refused["sku"]) for refused in done.json["refused"]] == [
        (3, "NO-SUCH"),
        (4, "MUG"),
    ]


def test_h8_config_check_and_run_due_take_json(both: TwoAccounts) -> None:
    checked = both.run("config", "check", "--json")
    due = both.run("run-due", "--json")
    idle = both.run("run-due", "--json")

    assert checked.json["portals"] == ["shop-northwind"]
    assert due.json["runs"] or due.json["next_due_at"]
    assert (idle.json["runs"], idle.json["alerts"], idle.json["errors"]) == ([], [], [])
    assert idle.json["next_due_at"]


def test_folded_runs_are_counted(both: TwoAccounts) -> None:
    both.run("import-orders")
    both.northwind(*SHIP)

    folded = both.run("activity", "--changes", "--json").json["without_changes"]

    assert folded["runs"] >= 0
    assert both.run("activity", "--json").json["without_changes"] is None


def test_h8_dry_run_says_what_would_change(both: TwoAccounts) -> None:
    both.northwind("stock", "set", "MUG", "9")

    done = both.northwind("stock", "set", "MUG", "40", "--dry-run", "--json")
    [change] = done.json["would_change"]["northwind"]

    assert "9" in change
    assert "40" in change
    assert both.northwind("stock", "list", "MUG", "--json").json["stock"][0]["physical"] == 9


def test_document_without_a_dry_run_has_no_changes_to_come(both: TwoAccounts) -> None:
    assert "would_change" not in both.northwind("stock", "set", "MUG", "40", "--json").json


def test_h8_crontab_entry_is_in_the_document(both: TwoAccounts) -> None:
    cron = both.run("cron", "render", "--json").json["cron"]

    assert cron["config"].endswith("config.yaml")
    assert "run-due --config" in cron["entry"]
    assert (cron["difference"], cron["changed"]) == ([], False)


def test_h8_history_names_the_accounts(both: TwoAccounts) -> None:
    [story] = both.run("why", "1001", "--json").json["why"]

    assert (story["merchant_account"], story["supplier_account"]) == ("shop", "northwind")


def test_schema_has_each_value_of_a_write() -> None:
    common = json.loads(files("ordosync").joinpath("schemas/common.json").read_text("utf-8"))

    assert {*common["$defs"]["written"]["properties"]} == {*Written.__struct_fields__}
