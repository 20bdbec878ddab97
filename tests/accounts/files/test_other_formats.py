"""A file that is of another format than its name says is refused with what it is."""

from pathlib import Path
from typing import Any

import pytest

from ordosync.accounts.files.formats.file_rows import read_rows
from ordosync.accounts.files.formats.rows import InvalidFileError
from ordosync.accounts.files.input_options.order_files import OrderFiles
from tests.accounts.files.documents import as_json, as_xml, options
from tests.support.command import CONFIG, ordosync, shop

ORDERS = {"1": [("A", "1")]}
PAGE = "<!DOCTYPE html>\n<html><body>Sign in</body></html>"
IS_XML = "is XML; give it the suffix .xml, or set `format: xml`"
IS_JSON = "is a JSON document; give it the suffix .json, or set `format: json`"
IS_PAGE = "is a web page, not data"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("a.csv", as_xml(ORDERS), IS_XML),
        ("a.csv", '<?xml version="1.0"?>\n' + as_xml(ORDERS), IS_XML),
        ("a.csv", as_json(ORDERS), IS_JSON),
        ("a.txt", f"[\n  {as_json(ORDERS)}\n]", IS_JSON),
        ("a.csv", PAGE, IS_PAGE),
        ("a.jsonl", as_xml(ORDERS), IS_XML),
        ("a.jsonl", "[{}]", IS_JSON),
        ("a.jsonl", '{\n  "orders": []\n}', IS_JSON),
        ("a.jsonl", PAGE.lower(), IS_PAGE),
        ("a.json", as_xml(ORDERS), IS_XML),
        ("a.json", PAGE, IS_PAGE),
        ("a.xml", as_json(ORDERS), IS_JSON),
        ("a.xml", PAGE, IS_PAGE),
        ("a.xml", "order;sku\n1;A\n", "is not XML"),
        ("a.csv", '"[order]",sku\n', "column 'order' is missing"),
        ("a.csv", "<order>,<sku>\n", "column 'order' is missing"),
        ("a.csv", "{order},[sku]\n", "column 'order' is missing"),
    ],
)
def test_file_is_refused_with_what_it_is(
    tmp_path: Path, name: str, text: str, problem: str, encoding: str
) -> None:
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    given: dict[str, Any] = {} if path.suffix == ".xml" else {"encoding": encoding}
    columns = {"order_number": "order", "sku": "sku", "quantity": "qty"}
    read_by = (
        options(path, **given)
        if path.suffix in (".xml", ".json")
        else OrderFiles(glob=path, columns=columns, **given)
    )

    with pytest.raises(InvalidFileError, match=f"^{problem}"):
        list(read_rows(path, read_by))


def test_document_among_csv_files_fails_alone(tmp_path: Path) -> None:
    shop(tmp_path, "order,sku,name,qty,price,to,country\n1,MUG,Mug,1,9.50,Ada,DE\n", config=CONFIG)
    (tmp_path / "feeds" / "b.csv").write_text(as_xml(ORDERS))

    result = ordosync(tmp_path, "import-orders", "--json")

    assert result.counts == {"seen": 2, "done": 1, "failed": 1}
    assert f"feeds/b.csv: {IS_XML}; no row was used" in ordosync(tmp_path, "show", "1").out
