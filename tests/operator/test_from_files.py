"""Files for `--from`: every command reads them as spreadsheets and carriers write them."""

import io
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from xlsxwriter import Workbook

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
