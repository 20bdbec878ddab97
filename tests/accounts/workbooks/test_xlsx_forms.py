"""Forms of .xlsx files that other programs write: each is read as the usual one."""

import io

import pytest

from ordosync.accounts.workbooks.opening import open_sheet
from tests.support.workbooks import MAIN, STRICT, parts, rows_of, texts_of, workbook, zipped

TWO_ROWS = '<row r="1"><c r="A1"><v>1</v></c></row><row r="3"><c r="C3"><v>2</v></c></row>'


def test_rows_have_the_numbers_that_the_spreadsheet_shows() -> None:
    rows = rows_of(workbook(TWO_ROWS))

    assert [(row.number, list(row.texts)) for row in rows] == [(1, ["1"]), (3, ["", "", "2"])]


def test_strict_form_is_read() -> None:
    data = parts(TWO_ROWS, space=STRICT)

    assert texts_of(zipped(data)) == [["1"], ["", "", "2"]]


def test_rows_and_cells_without_a_reference_follow_each_other() -> None:
    data = workbook("<row><c><v>1</v></c><c/><c><v>2</v></c></row><row><c><v>3</v></c></row>")

    rows = rows_of(data)

    assert [(row.number, list(row.texts)) for row in rows] == [(1, ["1", "", "2"]), (2, ["3"])]


def test_names_with_a_prefix_are_read() -> None:
    data = parts("")
    data["xl/worksheets/sheet1.xml"] = (
        f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="1"><x:c r="A1" t="inlineStr"><x:is>'
        "<x:t>a</x:t></x:is></x:c></x:row></x:sheetData></x:worksheet>"
    )

    assert texts_of(zipped(data)) == [["a"]]


def test_elements_of_other_programs_are_ignored() -> None:
    data = workbook(
        '<row r="1"><c r="A1"><v>1</v><e:v xmlns:e="urn:x">9</e:v></c>'
        '<e:c xmlns:e="urn:x" r="B1"><e:v>8</e:v></e:c></row>'
    )

    assert texts_of(data) == [["1"]]


@pytest.mark.parametrize(
    "text",
    [
        "<t>Tokyo</t><rPh sb='0' eb='1'><t>to</t></rPh>",
        "<r><t>To</t></r><r><rPr><b/></rPr><t>kyo</t></r><phoneticPr fontId='1'/>",
        "<t>T<!-- -->okyo</t>",
        "<t><![CDATA[Tokyo]]></t>",
        "<t>_x0054_okyo</t>",
    ],
)
@pytest.mark.parametrize("is_shared", [False, True])
def test_text_without_its_pronunciation_and_format(text: str, is_shared: bool) -> None:
    inline = f'<row r="1"><c r="A1" t="inlineStr"><is>{text}</is></c></row>'
    by_number = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
    data = workbook(by_number, shared=f"<si>{text}</si>") if is_shared else workbook(inline)

    assert texts_of(data) == [["Tokyo"]]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026-03-04", "2026-03-04 00:00:00"),
        ("2026-03-04T05:06:07", "2026-03-04 05:06:07"),
        ("2026-03-04T05:06:06.9999", "2026-03-04 05:06:07"),
        ("2026-03-04T05:06:07Z", "holds a date that cannot be read"),
        ("2026-02-30", "holds a date that cannot be read"),
        ("20260304", "holds a date that cannot be read"),
        ("05:06:07", "holds a time of day, which is no date"),
    ],
)
def test_dates_of_the_strict_form(text: str, read: str) -> None:
    [row] = rows_of(workbook(f'<row r="1"><c r="A1" t="d"><v>{text}</v></c></row>'))

    assert (row.problems.get(0) or row.texts[0]) == read


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        ('<c r="A1" t="s"><v>7</v></c>', "refers to a text that the file does not have"),
        ('<c r="A1" t="s"><v>-1</v></c>', "refers to a text that the file does not have"),
        ('<c r="A1" t="b"><v>2</v></c>', "holds neither true nor false"),
        ('<c r="A1" t="z"><v>2</v></c>', "holds a value of an unknown type"),
        ('<c r="A1"><v>inf</v></c>', "holds a number that cannot be read"),
        ('<c r="A1"><v>1_000</v></c>', "holds a number that cannot be read"),
        ('<c r="A1"><v>1e999</v></c>', "holds a number that cannot be read"),
        ('<c r="A1" s="1"><v>1e999</v></c>', "holds a number that cannot be read"),
    ],
)
def test_cell_that_no_spreadsheet_writes_is_refused(cell: str, problem: str) -> None:
    data = workbook(f'<row r="1">{cell}</row>', shared="<si><t>a</t></si>", styles=["yyyy"])

    [row] = rows_of(data)

    assert row.problems == {0: problem}


def test_names_of_parts_may_differ_in_case_and_slashes() -> None:
    data = parts(TWO_ROWS)
    other = {
        name.replace("/", "\\").replace("sheet1", "Sheet1"): text for name, text in data.items()
    }

    assert texts_of(zipped(other)) == texts_of(zipped(data))


def test_link_to_a_sheet_may_begin_at_the_root() -> None:
    data = parts(TWO_ROWS)
    links = data["xl/_rels/workbook.xml.rels"]
    data["xl/_rels/workbook.xml.rels"] = links.replace('Target="work', 'Target="/xl/work')

    assert texts_of(zipped(data)) == [["1"], ["", "", "2"]]


def test_cells_that_are_only_formatted_are_blank_wherever_they_are() -> None:
    assert texts_of(workbook('<row r="1"><c r="A1"><v>1</v></c><c r="XFD1" s="0"/></row>')) == [
        ["1"]
    ]


def test_texts_beyond_the_memory_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ordosync.accounts.workbooks.shared_texts._MEMORY", 100)
    words = ["a", "\u00e4\u20ac", "", "_xD83D_", *(f"text {number}" for number in range(300))]
    shared = "".join(f"<si><t>{word}</t></si>" for word in words)
    cells = "".join(
        f'<row r="{number + 1}"><c r="A{number + 1}" t="s"><v>{number}</v></c></row>'
        for number in range(len(words))
    )

    rows = rows_of(workbook(cells, shared=shared))

    assert [row.texts[0] for row in rows] == [*words[:3], "\ud83d", *words[4:]]


def test_facts_are_complete_after_the_last_row() -> None:
    data = parts(
        '<row r="1"><c r="A1"><v>1</v></c></row>'
        '<row r="2" hidden="1"><c r="A2"><f>A1</f><v>1</v></c></row>',
        after='<mergeCells count="1"><mergeCell ref="A2:B3"/></mergeCells>',
    )
    sheet = open_sheet(io.BytesIO(zipped(data)), "xlsx")

    assert len(list(sheet.rows())) == 2
    facts = sheet.facts
    assert (facts.name, facts.hidden_rows, facts.merged_cells, facts.formulas) == (
        *("Main", [2], ["A2:B3"], 1),
    )
