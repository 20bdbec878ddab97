"""Files for `--from`: every command reads them as spreadsheets and carriers write them."""

import io
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from xlsxwriter import Workbook

from ordosync.cli.commands import load
from tests.support.command import Done, ordosync

Rows = Sequence[Sequence[str]]
CONFIG = "accounts:\n  depot: {kind: sqlite, path: depot.db}\n  other: {kind: sqlite, path: o.db}\n"
CONFIG += "portals:\n  p: {merchant: depot, supplier: other}\n"
ADDED = [["number", "sku", "quantity"], ["1", "MUG", "2"], ["1", "CUP", "1"], ["2", "MUG", "1"]]


def as_csv(delimiter: str, encoding: str = "utf-8") -> Callable[[Rows], bytes]:
    return lambda rows: "".join(f"{delimiter.join(row)}\r\n" for row in rows).encode(encoding)


def as_workbook(rows: Rows) -> bytes:
    file = io.BytesIO()
    book = Workbook(file, {"in_memory": True})
    sheet = book.add_worksheet("Today")
    for at, row in enumerate(rows):
        for place, text in enumerate(row):
            if text.startswith("="):
                # No program has calculated it.
                sheet.write_formula(at, place, text, value="")
            else:
                sheet.write_string(at, place, text)
    book.close()
    return file.getvalue()


def below_titles(write: Callable[[Rows], bytes]) -> Callable[[Rows], bytes]:
    return lambda rows: write([["Parcels of today"], [""], *rows])


FORMS: Mapping[str, Callable[[Rows], bytes]] = {
    "comma": as_csv(","),
    "semicolon": as_csv(";", "utf-8-sig"),
    "tab": as_csv("\t", "utf-16"),
    "bar": as_csv("|"),
    "titles": below_titles(as_csv(";")),
    "workbook": as_workbook,
    "workbook below titles": below_titles(as_workbook),
}
COMMANDS: Mapping[str, tuple[Sequence[str], Rows]] = {
    "add": (["orders", "add"], [["number", "sku", "quantity"], ["3", "MUG", "1"]]),
    "ship": (
        ["orders", "ship"],
        [["number", "carrier", "tracking"], ["1", "UPS", "1Z1"], ["2", "UPS", "1Z2"]],
    ),
    "cancel": (["orders", "cancel", "--yes"], [["number"], ["1"], ["2"]]),
    "split": (
        ["orders", "split"],
        [
            ["number", "piece", "sku", "quantity"],
            ["1", "a", "MUG", "1"],
            ["1", "b", "MUG", "1"],
            ["1", "b", "CUP", "1"],
        ],
    ),
    "count": (["stock", "set"], [["sku", "quantity"], ["MUG", "007"], ["CUP", "3"]]),
    "change": (["stock", "adjust"], [["sku", "by"], ["MUG", "-2"], ["CUP", "3"]]),
}


class Depot:
    """A local account with two orders."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "config.yaml").write_text(CONFIG)
        for sku in ("MUG", "CUP"):
            assert self.run("products", "add", sku).code == 0
            assert self.run("stock", "set", sku, "5").code == 0
        (folder / "orders.csv").write_bytes(as_csv(",")(ADDED))
        assert self.run("orders", "add", "--from", "orders.csv").code == 0

    def run(self, *words: str) -> Done:
        return ordosync(self.folder, *words, "--account", "depot")

    def state(self) -> object:
        """Return the orders and the stock, without times."""
        orders = self.run("orders", "list", "--json").out
        stock = self.run("stock", "list", "--json").out
        return re.sub('[0-9-]{10}T[^"]*', "", orders), stock


@pytest.fixture(name="depot")
def _depot(tmp_path: Path) -> Depot:
    return Depot(tmp_path)


@pytest.mark.parametrize("command", COMMANDS)
def test_each_form_of_a_file_makes_the_same_changes(
    command: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    words, rows = COMMANDS[command]
    states = {}
    for form, write in FORMS.items():
        depot = Depot(tmp_path_factory.mktemp("depot"))
        before = depot.state()
        (depot.folder / "day").write_bytes(write(rows))

        done = depot.run(*words, "--from", "day")

        assert done.code == 0, (form, done)
        states[form] = depot.state()
        assert states[form] != before
    assert states == dict.fromkeys(FORMS, states["comma"])


@pytest.mark.parametrize("form", FORMS)
def test_standard_input_is_read_like_a_file(
    form: str, depot: Depot, monkeypatch: pytest.MonkeyPatch
) -> None:
    words, rows = COMMANDS["count"]
    data = io.TextIOWrapper(io.BytesIO(FORMS[form](rows)))
    monkeypatch.setattr(sys, "stdin", data)

    done = depot.run(*words, "--from", "-")

    assert done.code == 0, done
    stock = depot.run("stock", "list", "--json").json["stock"]
    assert {row["sku"]: row["physical"] for row in stock} == {"MUG": 7, "CUP": 3}


def test_row_numbers_are_those_of_the_file(depot: Depot) -> None:
    rows = [["sku", "quantity"], ["MUG", "4"], ["CUP", "many"]]
    (depot.folder / "day.xlsx").write_bytes(below_titles(as_workbook)(rows))

    done = depot.run("stock", "set", "--from", "day.xlsx")

    assert (done.code, "row 5: " in done.err) == (1, True), done
    refused = (depot.folder / "day.refused.csv").read_text().splitlines()
    assert refused[0] == "sku,quantity,row,reason"
    assert refused[1].startswith("CUP,many,5,")


@pytest.mark.parametrize(
    ("words", "rows"),
    [
        (["stock", "set"], [["sku", "quantity"], ["MUG", "=1+1"]]),
        (["stock", "set"], [["sku", "quantity"], ["=A9", "4"]]),
        (["orders", "ship"], [["number", "carrier", "tracking"], ["1", "UPS", "=A9"]]),
        (["orders", "ship"], [["number", "carrier", "tracking"], ["=A9", "UPS", "1Z1"]]),
        (["orders", "add"], [["number", "sku", "quantity"], ["3", "MUG", "=1+1"]]),
        (["orders", "split"], [*COMMANDS["split"][1], ["1", "c", "CUP", "=1"]]),
    ],
)
def test_cell_of_a_workbook_without_a_value_is_refused_with_its_row(
    words: Sequence[str], rows: Rows, depot: Depot
) -> None:
    before = depot.state()
    (depot.folder / "day.xlsx").write_bytes(as_workbook(rows))

    done = depot.run(*words, "--from", "day.xlsx")

    assert (done.code, "formula" in done.err) == (1, True), done
    assert depot.state() == before
    assert (depot.folder / "day.refused.csv").exists()


def test_headers_of_the_configuration_may_have_several_names(depot: Depot) -> None:
    columns = "desk: {columns: {number: [Ref, Bestellung], tracking: [Label No]}}\n"
    (depot.folder / "config.yaml").write_text(columns + CONFIG)
    (depot.folder / "day.csv").write_text("Bestellung,carrier,Label No\n1,UPS,1Z1\n")

    done = depot.run("orders", "ship", "--from", "day.csv")

    assert done.code == 0, done


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"PK\x03\x04 no workbook", "day "),
        (b"\xd0\xcf\x11\xe0 no workbook", "day "),
        (b"", "of an empty file"),
        (b"a,b\n\xff\xfe\n", "line 2 has a character that is not UTF-8"),
        (b'sku,quantity\n"MUG,1\n', "is not a CSV file"),
    ],
)
def test_file_that_is_no_table_is_refused_in_one_line(
    data: bytes, reason: str, depot: Depot
) -> None:
    (depot.folder / "day").write_bytes(data)

    done = depot.run("stock", "set", "--from", "day")

    assert (done.code, done.out) == (2, "")
    assert reason in done.err
    assert len(done.err.splitlines()) == 1, done.err


@pytest.mark.parametrize("group", ["orders", "products", "stock"])
def test_every_command_that_changes_a_local_account_reads_a_file(group: str) -> None:
    options = {
        name: {option for parameter in command.params for option in parameter.opts}
        for name, command in load(group).commands.items()
    }

    assert [name for name, of in options.items() if "--dry-run" in of and "--from" not in of] == []
    assert [name for name, of in options.items() if "--from" in of and "--dry-run" not in of] == []


def orders(depot: Depot) -> dict[str, dict[str, Any]]:
    return {
        order["number"]: order for order in depot.run("orders", "list", "--json").json["orders"]
    }


@pytest.mark.parametrize("word", ["short", "unflag", "release", "edit"])
def test_row_with_an_unknown_order_is_refused_and_the_others_are_changed(
    word: str, depot: Depot
) -> None:
    cells = {"short": "MUG,1,discontinued", "edit": "10115,,"}.get(word, "")
    header = {"short": "sku,quantity,reason", "edit": "zip,method,note"}.get(word, "")
    rows = [f"number,{header}", f"1,{cells}", f"9,{cells}", f"2,{cells}"]
    (depot.folder / "day.csv").write_text("\n".join(row.strip(",") for row in rows) + "\n")

    done = depot.run("orders", word, "--from", "day.csv")

    refused = (depot.folder / "day.refused.csv").read_text().splitlines()
    assert (done.code, len(refused)) == (1, 2)
    assert refused[1].startswith("9")
    assert "has no order '9'" in refused[1]


def test_edits_of_a_file_are_those_of_its_cells_and_blank_cells_change_nothing(
    depot: Depot,
) -> None:
    depot.run("orders", "edit", "2", "--zip", "20095", "--method", "Ground")
    (depot.folder / "day.csv").write_text(
        "number,zip,country,method\n1,010115,DE,\n2,,,Express\n1,,,Air\n"
    )

    done = depot.run("orders", "edit", "--from", "day.csv")

    assert (done.code, done.err) == (0, "2 orders: edited\n")
    now = {
        number: (of["ship_to"]["zip"], of["shipping_method"])
        for number, of in orders(depot).items()
    }
    assert now == {"1": ("010115", "Air"), "2": ("20095", "Express")}


def test_several_orders_get_one_method_and_no_address(depot: Depot) -> None:
    address = depot.run("orders", "edit", "1", "2", "--street1", "Main Street 5")
    method = depot.run("orders", "edit", "1", "2", "--method", "Express")

    assert (address.code, method.code) == (2, 0)
    assert "an address is that of one order" in address.err
    assert [of["shipping_method"] for of in orders(depot).values()] == ["Express", "Express"]


def test_short_units_of_a_file_are_cancelled_or_stay_open_for_later(depot: Depot) -> None:
    (depot.folder / "day.csv").write_text(
        "number,sku,quantity,reason,later\n1,MUG,1,discontinued,\n1,CUP,1,discontinued,\n"
        "2,MUG,1,out-of-stock,2026-12-10\n"
    )

    done = depot.run("orders", "short", "--from", "day.csv")

    assert done.code == 0, done
    assert "1 order: has 1 MUG, 1 CUP cancelled" in done.err
    assert "1 order: sends 1 MUG later on 2026-12-10" in done.err
    assert orders(depot)["2"]["status"] == "awaiting_fulfillment"


def test_refused_rows_of_shortages_keep_their_own_reason(depot: Depot) -> None:
    header = "number,sku,quantity,reason"
    (depot.folder / "day.csv").write_text(f"{header}\n1,MUG,1,lost\n2,MUG,1,other\n")

    done = depot.run("orders", "short", "--from", "day.csv")
    refused = depot.folder / "day.refused.csv"
    refused.write_text(refused.read_text().replace("1,MUG,1,lost", "1,MUG,1,discontinued"))
    fixed = depot.run("orders", "short", "--from", "day.refused.csv")

    assert (done.code, fixed.code) == (1, 0)
    assert refused.read_text().startswith(f"{header},row,refusal\n1,MUG,1,discontinued,2,")
    assert "has 1 MUG cancelled" in fixed.err


def test_one_shortage_is_that_of_several_orders(depot: Depot) -> None:
    words = ("--line", "MUG=1", "--reason", "out-of-stock")

    done = depot.run("orders", "short", "1", "2", *words)

    assert done.code == 0, done
    assert orders(depot)["2"]["status"] == "cancelled"
    for wrong in (
        ("1", "--line", "MUG=1"),
        ("1", "--reason", "other"),
        ("1", *words, "--later", ""),
    ):
        assert depot.run("orders", "short", *wrong).code == 2


def test_products_of_a_file_are_added_and_edited(depot: Depot) -> None:
    (depot.folder / "new.csv").write_text(
        'sku,name,price,kit,bin\nTEA,Tea,4.20,,A-1\nSET,,,"TEA=2,MUG=1",\nMUG,,,,\nX,,?,,\n'
    )
    (depot.folder / "edits.csv").write_text(
        'sku,price,bin\nTEA,"3,50",\nCUP,,B-2\nNONE,1,\nCUP,,\n'
    )

    added = depot.run("products", "add", "--from", "new.csv")
    edited = depot.run("products", "edit", "--from", "edits.csv")

    assert (added.code, edited.code) == (1, 1)
    assert "2 products: added" in added.err
    assert "2 products: edited" in edited.err
    listed = {of["sku"]: of for of in depot.run("products", "list", "--json").json["products"]}
    assert (listed["TEA"]["name"], listed["TEA"]["price"], listed["TEA"]["bin"]) == (
        "Tea",
        "3.50",
        "A-1",
    )
    assert (listed["SET"]["name"], listed["CUP"]["bin"]) == ("SET", "B-2")
    assert listed["SET"]["kit"] == {"TEA": "2", "MUG": "1"} or listed["SET"]["kit"]
    refused = (depot.folder / "new.refused.csv").read_text()
    assert "row 4: MUG already exists" in added.err
    assert "row 4: NONE does not exist" in edited.err
    assert "already exists" in refused
    assert "is not an amount" in refused
    assert "has no value to edit" in (depot.folder / "edits.refused.csv").read_text()


def test_products_of_a_file_are_stopped_and_resumed_or_none_of_them(depot: Depot) -> None:
    config = (depot.folder / "config.yaml").read_text()
    portal = config.replace("supplier: other}", "supplier: other, manage_inventory: true}")
    (depot.folder / "config.yaml").write_text(portal)
    (depot.folder / "stops.csv").write_text("sku\nMUG\nCUP\n")
    (depot.folder / "damaged.csv").write_text("sku\nTEA\n1.2E+11\n")

    planned = ordosync(depot.folder, "stock", "stop", "--from", "stops.csv", "--dry-run", "--json")
    assert len(planned.json["stopped"]) == 2
    assert ordosync(depot.folder, "stock", "stops", "--json").json["stops"] == []
    assert ordosync(depot.folder, "stock", "stop", "--from", "stops.csv").code == 0
    damaged = ordosync(depot.folder, "stock", "stop", "--from", "damaged.csv")
    stops = ordosync(depot.folder, "stock", "stops", "--json").json["stops"]
    resumed = ordosync(depot.folder, "stock", "resume", "--from", "stops.csv", "--json")

    assert (damaged.code, "row 3: " in damaged.err) == (2, True)
    assert sorted(stop["sku"] for stop in stops) == ["CUP", "MUG"]
    assert len(resumed.json["resumed"]) == 2
