"""The sheet that is read: the named one, otherwise the only visible one."""

import io
from collections.abc import Mapping

import pytest
import xlsxwriter
import xlwt

from ordosync.accounts.workbooks.opening import open_sheet
from ordosync.accounts.workbooks.rows import InvalidWorkbookError, WorkbookFormat
from tests.support.workbooks import rows_of, texts_of

FORMS = ("xlsx", "xls")


def book(sheets: Mapping[str, bool], form: WorkbookFormat) -> bytes:
    """Return a workbook with these sheets; True: the sheet is hidden."""
    data = io.BytesIO()
    if form == "xls":
        old = xlwt.Workbook()
        for name, is_hidden in sheets.items():
            sheet = old.add_sheet(name)
            sheet.write(0, 0, name)
            sheet.visibility = int(is_hidden)
        old.save(data)
        return data.getvalue()
    with xlsxwriter.Workbook(data) as new:
        for name, is_hidden in sheets.items():
            sheet = new.add_worksheet(name)
            sheet.write(0, 0, name)
            if is_hidden:
                sheet.hide()
            else:
                sheet.activate()
    return data.getvalue()


def refused(sheets: Mapping[str, bool], form: WorkbookFormat, name: str = "") -> str:
    with pytest.raises(InvalidWorkbookError) as error:
        rows_of(book(sheets, form), form, name)
    return str(error.value)


@pytest.mark.parametrize("form", FORMS)
def test_only_visible_sheet_is_read(form: WorkbookFormat) -> None:
    data = book({"Old": True, "Stock": False, "Notes": True}, form)

    assert texts_of(data, form) == [["Stock"]]
    facts = open_sheet(io.BytesIO(data), form).facts
    assert (facts.name, facts.other_sheets, facts.hidden_sheets) == ("Stock", (), ("Old", "Notes"))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["Stock", "Old"])
def test_named_sheet_is_read_even_if_it_is_hidden(form: WorkbookFormat, name: str) -> None:
    data = book({"Old": True, "Stock": False, "Notes": False}, form)

    assert texts_of(data, form, name) == [[name]]


@pytest.mark.parametrize("form", FORMS)
def test_two_visible_sheets_need_a_name(form: WorkbookFormat) -> None:
    assert refused({"Stock": False, "Notes": False, "Old": True}, form) == (
        "has 2 visible sheets ('Stock', 'Notes', 'Old'); set `sheet:` to a name"
    )


@pytest.mark.parametrize("form", FORMS)
def test_unknown_name_is_answered_with_the_names(form: WorkbookFormat) -> None:
    sheets = {f"Sheet{number}": False for number in range(12)}

    reason = refused(sheets, form, "stock")

    assert reason.startswith("has no sheet 'stock'; it has 'Sheet0', 'Sheet1', ")
    assert reason.endswith("'Sheet9' and 2 more")


def test_sheet_of_a_chart_is_no_sheet_to_read() -> None:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data) as book_:
        book_.add_worksheet("Stock").write(0, 0, 1)
        chart = book_.add_chart({"type": "line"})
        chart.add_series({"values": "=Stock!$A$1:$A$1"})
        book_.add_chartsheet("Chart").set_chart(chart)

    assert texts_of(data.getvalue()) == [["1"]]
