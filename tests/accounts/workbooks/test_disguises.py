"""Files under the name of a workbook that are something else: the message says what they are."""

import io

import pytest
import xlwt

from ordosync.accounts.workbooks.rows import InvalidWorkbookError, WorkbookFormat
from tests.support.workbooks import parts, rows_of, workbook, zipped

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PROTECTED = OLE + bytes(3_000_000) + "EncryptedPackage".encode("utf-16-le") + bytes(500)
XLSX = "save its sheet as .xlsx"
CSV = "text, not a workbook; if it is CSV, name it .csv or set `format: csv`"
OTHERS = [
    (b"", "empty; a workbook is never empty"),
    (b"<html><table><tr><td>1</table>", f"HTML, not a workbook; {XLSX}"),
    (b"\xef\xbb\xbf\r\n<!DOCTYPE html>", f"HTML, not a workbook; {XLSX}"),
    ("<table>".encode("utf-16"), f"HTML, not a workbook; {XLSX}"),
    (
        b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>',
        f"XML, not a workbook; {XLSX}",
    ),
    (b"order,sku\n1,A\n", CSV),
    ("order;sku".encode("utf-16"), CSV),
    (b"%PDF-1.7", "a PDF document; save the sheet as .xlsx"),
    (b"\x89PNG\r\n\x1a\n\0\0", "not a workbook"),
    (b"\x1f\x8b\x08", "a compressed file; unpack it"),
]


def refused(data: bytes, form: WorkbookFormat) -> str:
    with pytest.raises(InvalidWorkbookError) as error:
        rows_of(data, form)
    return str(error.value)


@pytest.mark.parametrize("form", ["xlsx", "xls"])
@pytest.mark.parametrize(("data", "what"), OTHERS, ids=[what for _, what in OTHERS])
def test_other_file_is_named(data: bytes, what: str, form: WorkbookFormat) -> None:
    assert refused(data, form) == f"is {what}"


def test_protected_workbook_is_named() -> None:
    assert refused(PROTECTED, "xlsx") == "is protected by a password; save it without one"


def test_workbook_under_the_name_of_the_other_format_is_named() -> None:
    old = io.BytesIO()
    book = xlwt.Workbook()
    book.add_sheet("Main").write(0, 0, 1)
    book.save(old)

    assert refused(old.getvalue(), "xlsx") == "is an old .xls workbook, not .xlsx; name it .xls"
    assert refused(workbook(""), "xls") == (
        "is an .xlsx workbook or another ZIP file, not .xls; name it .xlsx"
    )


def test_other_files_of_the_container_are_named() -> None:
    links = {"_rels/.rels": parts("")["_rels/.rels"]}
    binary = {"_rels/.rels": links["_rels/.rels"].replace("workbook.xml", "workbook.bin")}
    document = {**links, "xl/workbook.xml": '<document xmlns="urn:word"/>'}
    document["xl/_rels/workbook.xml.rels"] = "<Relationships/>"

    assert refused(zipped({"a.txt": "a"}), "xlsx") == "is a ZIP file, not a workbook"
    assert refused(zipped({"mimetype": "x", "content.xml": "x"}), "xlsx") == (
        "is an .ods workbook; save it as .xlsx"
    )
    assert refused(zipped(binary), "xlsx") == "is an .xlsb workbook; save it as .xlsx"
    assert refused(zipped(document), "xlsx") == "is a file of another program, not a workbook"
