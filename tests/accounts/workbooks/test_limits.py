"""Files that are made to harm, and damaged ones: refused as a whole, soon and in little memory."""

import io
import random
import time
import tracemalloc
from pathlib import Path
from zipfile import ZIP_BZIP2, ZIP_LZMA, ZIP_STORED, ZipFile

import pytest

from ordosync.accounts.workbooks import package
from ordosync.accounts.workbooks.opening import open_sheet
from ordosync.accounts.workbooks.rows import InvalidWorkbookError
from tests.support.workbooks import parts, rows_of, workbook, zipped

FAR = Path(__file__).parents[4] / "shared" / "data" / "feeds" / "excel-one-cell-far-away.xlsx"
ONE = '<row r="1"><c r="A1"><v>1</v></c></row>'
MIB = 1024 * 1024


def refused(data: bytes) -> str:
    with pytest.raises(InvalidWorkbookError) as error:
        rows_of(data)
    return str(error.value)


@pytest.mark.parametrize("reference", ["XFD1048576", "SS1", "ZZ7"])
def test_cell_beyond_the_last_column_is_refused_at_once(reference: str) -> None:
    row = reference.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    far = f'<row r="{row}"><c r="{reference}"><v>1</v></c></row>'
    data = workbook(far if row == "1" else ONE + far)
    started = time.process_time()

    reason = refused(data)

    assert reason == (
        f"has a cell in '{reference}'; at most 512 columns are read, so delete all columns after"
        " the last one"
    )
    assert time.process_time() - started < 1


def test_cell_far_away_of_the_collected_files_is_refused_at_once() -> None:
    if not FAR.exists():
        pytest.skip("the collected files are not here")
    started = time.process_time()

    assert "XFD1048576" in refused(FAR.read_bytes())
    assert time.process_time() - started < 1


def test_last_row_and_the_last_column_are_read_without_the_rows_between() -> None:
    data = workbook(ONE + '<row r="1048576"><c r="SR1048576"><v>2</v></c></row>')

    first, last = rows_of(data)

    assert (first.number, last.number) == (1, 1_048_576)
    assert (len(last.texts), last.texts[-1]) == (512, "2")


@pytest.mark.parametrize(
    "rows",
    [
        ONE + '<row r="1048577"><c r="A1048577"><v>1</v></c></row>',
        ONE + '<row r="0"><c><v>1</v></c></row>',
        ONE + '<row r="x"><c><v>1</v></c></row>',
        ONE + ONE,
        '<row r="2"/><row r="1"/>',
        '<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>',
        '<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>2</v></c></row>',
        '<row r="1"><c r="A2"><v>1</v></c></row>',
        '<row r="1"><c r="1"><v>1</v></c></row>',
        '<row r="1"><c r="AAAA1"><v>1</v></c></row>',
        '<row r="1"><c r="a1"><v>1</v></c></row>',
    ],
)
def test_sheet_whose_rows_and_cells_are_mixed_up_is_refused(rows: str) -> None:
    assert refused(workbook(rows)).startswith("is damaged: ")


@pytest.mark.parametrize(
    "part",
    [
        *("_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"),
        *("xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/sharedStrings.xml"),
    ],
)
@pytest.mark.parametrize(
    "declaration",
    ["<!DOCTYPE x>", '<!DOCTYPE x [<!ENTITY a "b">]>', '<!DOCTYPE x SYSTEM "file:///etc/passwd">'],
)
def test_doctype_is_refused_in_each_part(part: str, declaration: str) -> None:
    data = parts(ONE)
    data[part] = f"{declaration}{data[part]}"

    assert refused(zipped(data)) == "has a DOCTYPE, which no workbook has"


def test_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    data = bytearray(workbook(" " * MIB))
    directory = data.rindex(b"xl/worksheets/sheet1.xml") - 46
    data[directory + 24 : directory + 28] = (513 * MIB).to_bytes(4, "little")
    tracemalloc.start()

    reason = refused(bytes(data))

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert reason == "has a part 'xl/worksheets/sheet1.xml' of more than 512 MiB"
    assert peak < MIB


def test_parts_are_not_larger_than_the_limit_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "MAX_UNPACKED", 2000)

    assert refused(workbook(ONE * 0 + " " * 1500)) == "has more than 512 MiB when it is unpacked"


def test_wrong_size_in_the_directory_does_no_harm() -> None:
    data = bytearray(workbook(" " * 5000))
    directory = data.rindex(b"xl/worksheets/sheet1.xml") - 46
    data[directory + 24 : directory + 28] = (100).to_bytes(4, "little")

    assert refused(bytes(data)).startswith("is damaged: ")


def test_small_parts_are_limited_more_since_they_are_kept_in_memory() -> None:
    data = parts(ONE)
    data["xl/styles.xml"] += " " * (33 * MIB)

    assert refused(zipped(data)) == "has a part 'xl/styles.xml' of more than 32 MiB"


@pytest.mark.parametrize("count", [5, 10])
def test_long_tag_is_refused_before_it_takes_long(count: int) -> None:
    data = workbook(f'<row r="1" spans="{"1" * count * MIB}"/>')
    started = time.process_time()

    assert refused(data) == "'xl/worksheets/sheet1.xml' has an XML tag of more than 1 MiB"
    assert time.process_time() - started < 5


@pytest.mark.parametrize("is_shared", [False, True])
def test_text_that_no_cell_can_hold_is_refused_only_in_its_cell(is_shared: bool) -> None:
    text = "<t>" + "a\n" * (8 * MIB) + "</t>"
    inline = f'<row r="1"><c r="A1" t="inlineStr"><is>{text}</is></c><c r="B1"><v>1</v></c></row>'
    by_number = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1"><v>1</v></c></row>'
    data = workbook(by_number, shared=f"<si>{text}</si>") if is_shared else workbook(inline)
    tracemalloc.start()

    [row] = rows_of(data)

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert row.texts == ["", "1"]
    assert row.problems == {0: "has more than 32767 characters, the maximum of a cell"}
    assert peak < 4 * MIB


@pytest.mark.slow
def test_memory_stays_flat_however_many_rows_and_texts_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ordosync.accounts.workbooks.shared_texts._MEMORY", 1000)
    count, columns = 10_000, "AB"
    shared = "".join(f"<si><t>text number {number}</t></si>" for number in range(count))
    rows = "".join(
        f'<row r="{row}">'
        + "".join(f'<c r="{column}{row}" t="s"><v>{row - 1}</v></c>' for column in columns)
        + "</row>"
        for row in range(1, count + 1)
    )
    data = io.BytesIO(workbook(rows, shared=shared))
    tracemalloc.start()

    last = None
    for row in open_sheet(data, "xlsx").rows():
        last = row

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert last is not None
    assert last.texts == [f"text number {count - 1}"] * len(columns)
    assert peak < MIB


def test_directory_that_would_fill_the_memory_is_refused() -> None:
    data = io.BytesIO()
    with ZipFile(data, "w", ZIP_STORED) as file:
        for number in range(70):
            file.writestr(f"{number}{'a' * 65_000}", b"")

    assert refused(data.getvalue()) == "has too many parts for a workbook"


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "..\\..\\x", "C:\\x"])
def test_names_with_paths_are_only_names_of_parts(name: str) -> None:
    """Nothing is unpacked into a folder."""
    data = parts(ONE)
    links = data["xl/_rels/workbook.xml.rels"]
    data["xl/_rels/workbook.xml.rels"] = links.replace("worksheets/sheet1.xml", name)

    assert "is missing" in refused(zipped(data))


def test_sheet_outside_of_the_file_is_not_read() -> None:
    data = parts(ONE)
    links = data["xl/_rels/workbook.xml.rels"]
    data["xl/_rels/workbook.xml.rels"] = links.replace(
        'Target="worksheets/sheet1.xml"', 'Target="https://x.example/" TargetMode="External"'
    )

    assert refused(zipped(data)) == "is not complete: the part '' is missing"


@pytest.mark.parametrize("missing", ["_rels/.rels", "xl/workbook.xml", "xl/worksheets/sheet1.xml"])
def test_missing_part_is_named(missing: str) -> None:
    data = parts(ONE)
    del data[missing]

    assert refused(zipped(data)) in (
        *("is a ZIP file, not a workbook", f"is not complete: the part {missing!r} is missing"),
    )


def test_part_that_is_there_twice_is_refused() -> None:
    """Programs differ in which of them they read."""
    data = io.BytesIO(workbook(ONE))
    with pytest.warns(UserWarning, match="Duplicate name"), ZipFile(data, "a") as file:
        file.writestr("xl/worksheets/sheet1.xml", "<worksheet/>")

    assert refused(data.getvalue()) == (
        "is damaged: the part 'xl/worksheets/sheet1.xml' is there twice"
    )


def test_protected_part_is_refused() -> None:
    data = bytearray(workbook(ONE))
    directory = data.rindex(b"xl/worksheets/sheet1.xml") - 46
    data[directory + 8] |= 1

    assert refused(bytes(data)) == "is protected by a password; save it without one"


@pytest.mark.parametrize("length", [4, 30, 100, 0.5, -1, -22])
def test_cut_file_is_refused(length: float) -> None:
    data = workbook(ONE)
    end = length if isinstance(length, int) else int(len(data) * length)

    assert "is cut or damaged" in refused(data[:end])


def test_damage_anywhere_is_refused_or_harmless() -> None:
    """It never gives other rows, and raises no other error."""
    cells = "".join(f'<row r="{n}"><c r="A{n}"><v>{n * 7}</v></c></row>' for n in range(1, 200))
    data = workbook(cells, shared="<si><t>a</t></si>", styles=["00000"])
    whole, chance = rows_of(data), random.Random(7)  # noqa: S311

    for _ in range(500):
        damaged = bytearray(data)
        damaged[chance.randrange(len(data))] = chance.randrange(256)
        try:
            rows = rows_of(bytes(damaged))
        except InvalidWorkbookError:
            continue
        # A style that is lost with its name only changes dates, of which there are none.
        assert rows == whole


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml"])
@pytest.mark.parametrize(
    "text",
    [
        *("", "<a", "<a></b>", "no XML", "\0", "<worksheet/>", "<a/>"),
        *('<?xml version="1.0" encoding="x-1"?><a/>', '<?xml version="1.0" encoding="cp932"?><a/>'),
    ],
)
def test_part_of_other_content_is_refused(part: str, text: str) -> None:
    data = parts(ONE)
    data[part] = text

    if part == "xl/styles.xml" and text in ("<worksheet/>", "<a/>"):
        assert len(rows_of(zipped(data))) == 1
    else:
        assert refused(zipped(data))


@pytest.mark.parametrize("method", [ZIP_LZMA, ZIP_BZIP2])
def test_part_that_is_packed_as_no_spreadsheet_packs_it_is_refused(method: int) -> None:
    packed = io.BytesIO()
    with ZipFile(io.BytesIO(workbook(ONE))) as known, ZipFile(packed, "w", method) as other:
        for name in known.namelist():
            other.writestr(name, known.read(name))

    assert refused(packed.getvalue()) == "is packed in a way that no spreadsheet uses"
