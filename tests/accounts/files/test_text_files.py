"""Text files: encodings, marks of old systems and spreadsheets, and files that were cut."""

import codecs
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ordosync.accounts.files.formats.file_rows import read_rows, without_rows
from ordosync.accounts.files.formats.rows import InvalidFileError
from ordosync.accounts.files.input_options.product_files import ProductFiles
from ordosync.accounts.files.input_options.table_options import EndOfData, Header
from ordosync.accounts.option_types import Names
from ordosync.accounts.spreadsheets import looks_like_date

OPTIONS = ProductFiles(glob=Path("x"), columns={"sku": "SKU", "name": "Name"})
TEXT = "SKU,Name\nMUG,Müller's mug\nCUP,Cup\n"
READ = [("MUG", "Müller's mug"), ("CUP", "Cup")]


def read(
    tmp_path: Path, content: bytes | str, suffix: str = ".csv", **changes: Any
) -> list[tuple[str, str]]:
    path = tmp_path / f"feed{suffix}"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    rows = list(read_rows(path, replace(OPTIONS, **changes)))
    assert [row.problem for row in rows] == [""] * len(rows)
    return [(row.cells["SKU"], row.cells["Name"]) for row in rows]


def refusal(tmp_path: Path, content: bytes | str, **changes: Any) -> str:
    with pytest.raises(InvalidFileError) as caught:
        read(tmp_path, content, **changes)
    return str(caught.value)


@pytest.mark.parametrize(
    ("written", "encoding"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("cp1252", "cp1252"),
        ("utf-16", "utf-16"),
        ("utf-16-be", "utf-16-be"),
        ("utf-8", Names("utf-8", "cp1252")),
        ("cp1252", Names("utf-8", "cp1252")),
        ("utf-16", Names("utf-8", "utf-16", "cp1252")),
        ("cp1252", Names("utf-8", "utf-16", "cp1252")),
        ("utf-8", Names("cp1252", "utf-8")),
        ("utf-8", Names("ascii", "utf-16", "utf-8")),
    ],
)
def test_first_encoding_that_fits_the_whole_file_is_used(
    tmp_path: Path, written: str, encoding: str
) -> None:
    assert read(tmp_path, TEXT.encode(written), encoding=encoding) == READ


def test_encoding_of_either_byte_order_is_read_by_its_mark(tmp_path: Path) -> None:
    for mark, codec in (
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        assert read(tmp_path, mark + TEXT.encode(codec), encoding="utf-16") == READ
        assert read(tmp_path, mark + TEXT.encode(codec), encoding=codec) == READ


@pytest.mark.parametrize(
    ("written", "encoding", "problem"),
    [
        ("cp1252", "utf-8", "is not utf-8 text; try `encoding: cp1252` (first in row 2)"),
        ("utf-8", "cp1252", "is UTF-8 text, not cp1252; set `encoding: utf-8`"),
        ("utf-16", "utf-8", "is UTF-16 text, not utf-8; set `encoding: utf-16`"),
        ("utf-16", "latin-1", "is UTF-16 text, not latin-1; set `encoding: utf-16`"),
        ("cp1252", Names("utf-8", "ascii"), "is not utf-8 or ascii text"),
        ("utf-8", "utf-16", "has no byte order mark of UTF-16"),
        ("utf-8", Names("ascii", "cp1252"), "is not ascii or cp1252 text; it is UTF-8 text"),
        ("utf-16", Names("utf-8", "cp1252"), "is not utf-8 or cp1252 text; it is UTF-16 text"),
    ],
)
def test_file_in_another_encoding_is_refused_as_a_whole(
    tmp_path: Path, written: str, encoding: str, problem: str
) -> None:
    assert problem in refusal(tmp_path, TEXT.encode(written), encoding=encoding)


def test_one_byte_at_the_end_decides_the_encoding_of_the_whole_file(tmp_path: Path) -> None:
    content = TEXT.encode() + b"SKU,Name\n" * 200_000 + "JUG,Krug für Öl\n".encode("cp1252")

    read_rows_of = read(tmp_path, content, encoding=Names("utf-8", "cp1252"))

    assert read_rows_of[0] == ("MUG", "MÃ¼ller's mug")
    assert read_rows_of[-1] == ("JUG", "Krug für Öl")


@pytest.mark.parametrize(
    "end",
    ["\x1a", "\0", "\0\0\0\0", "\x1a\0\0", "\x1a\r\n", "\n\x1a", "\n\n\0", "\r\n\x1a\x1a\x1a"],
)
@pytest.mark.parametrize("text", [TEXT, TEXT.rstrip("\n"), TEXT.replace("Cup\n", '"Cup"')])
def test_marks_at_the_end_of_a_file_are_ignored(tmp_path: Path, text: str, end: str) -> None:
    assert read(tmp_path, text + end) == READ


def test_marks_at_the_end_of_json_lines_and_wide_text_are_ignored(tmp_path: Path) -> None:
    lines = '{"SKU": "MUG", "Name": "Mug"}\n\x1a'

    assert read(tmp_path, lines, ".jsonl") == [("MUG", "Mug")]
    assert read(tmp_path, f"{TEXT}\x1a".encode("utf-16"), encoding="utf-16") == READ


@pytest.mark.parametrize("mark", ["\0", "\x1a"])
def test_mark_within_a_file_is_not_ignored(tmp_path: Path, mark: str) -> None:
    path = tmp_path / "feed.csv"
    path.write_text(f"SKU,Name\nMUG,M{mark}ug\n{mark}\nCUP,Cup\n")

    rows = list(read_rows(path, OPTIONS))

    assert [row.number for row in rows] == [2, 3, 4]
    assert bool(rows[0].problem) == (mark == "\0")
    assert rows[1].problem == "has 1 cells, the header has 2"


@pytest.mark.parametrize("end", ["", "\x1a", "\0", '"'])
def test_whole_file_must_end_with_a_line_end(tmp_path: Path, end: str) -> None:
    content = 'SKU,Name\nMUG,"Mug"\nCUP,"C' + (f'"{end}' if end != '"' else "up")

    assert "it may be cut" in refusal(tmp_path, content, whole="newline")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\n\x1a", "\n\0\0", "\n\n"])
def test_file_that_ends_with_a_line_end_is_whole(tmp_path: Path, end: str) -> None:
    assert read(tmp_path, TEXT.rstrip("\n") + end, whole="newline") == READ


def test_data_that_end_before_the_file_are_whole(tmp_path: Path) -> None:
    content = f"{TEXT}Total,2\nSeller: Ada"

    assert read(tmp_path, content, whole="newline", until=EndOfData(matches="^Total")) == READ


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".txt", ".json", ".xml", ".xlsx"])
def test_empty_file_has_no_rows(tmp_path: Path, suffix: str) -> None:
    assert read(tmp_path, b"", suffix) == []


@pytest.mark.parametrize("content", ["\n", "\ufeff", "\x1a", "\0\0", " \r\n,\r\n"])
def test_file_with_blanks_only_is_refused(tmp_path: Path, content: str) -> None:
    assert "is empty; a header row is needed" in refusal(tmp_path, content)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("quote", ["", '"'])
def test_row_that_names_the_delimiter_is_no_header(
    tmp_path: Path, delimiter: str, quote: str
) -> None:
    mark = f"{quote}sep={delimiter}{quote}\r\n"
    text = mark + TEXT.replace(",", delimiter)

    assert read(tmp_path, text, delimiter=delimiter) == READ
    assert read(tmp_path, text, delimiter=delimiter, header=Header(row=2)) == READ
    assert read(tmp_path, text, delimiter=delimiter, header=Header(contains=("SKU",))) == READ


def test_row_that_names_another_delimiter_says_which_option_to_set(tmp_path: Path) -> None:
    problem = refusal(tmp_path, "sep=;\n" + TEXT.replace(",", ";"))

    assert problem == "row 1 says that it is separated by ';'; set `delimiter: \";\"`"


@pytest.mark.parametrize("name", ['"Nick" Mug', 'Mug 5"', '"Mug', 'a "b" c'])
def test_quotation_marks_may_be_characters_like_any_other(tmp_path: Path, name: str) -> None:
    text = f"SKU\tName\nMUG\t{name}\nCUP\tCup\n"

    assert read(tmp_path, text, delimiter="\t", quotes=False) == [("MUG", name), ("CUP", "Cup")]


def test_unbalanced_quotation_mark_names_the_option(tmp_path: Path) -> None:
    problem = refusal(tmp_path, 'SKU,Name\nMUG,"Mug\nCUP,Cup\n')

    assert problem.startswith("row 3: is not valid CSV (")
    assert problem.endswith("set `quotes: false` if a quotation mark is a character like any other")


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r", "\r\r\n"])
def test_line_ends_of_every_system_are_read(tmp_path: Path, line_end: str) -> None:
    assert read(tmp_path, TEXT.replace("\n", line_end)) == READ


def test_missing_column_is_reported_with_delimiter_and_encoding(tmp_path: Path) -> None:
    problem = refusal(tmp_path, "Sku,Name,\nMUG,Ada Lovelace,\n", encoding=Names("utf-8", "cp1252"))

    assert problem == (
        "column 'SKU' is missing; did you mean 'Sku'?"
        " (header: row 1; delimiter: ','; encoding: utf-8 or cp1252)"
    )


def test_header_by_its_texts_hints_at_the_delimiter(tmp_path: Path) -> None:
    header = Header(contains=("SKU", "Name"))
    problem = refusal(tmp_path, "Stock\n\nSKU;Name\nMUG;Mug\n", header=header)

    assert "cells: row 1 has 1, row 3 has 1, row 4 has 1" in problem
    assert 'set `delimiter: ";"`' in problem


def test_rows_of_an_order_are_removed_from_a_copy_in_any_encoding(tmp_path: Path) -> None:
    content = f"Titel\nSKU,Name\n\nMUG,Müller\nCUP,{'x' * 50}\nTotal,2\nMUG,x"
    options = replace(
        OPTIONS,
        encoding=Names("utf-8", "cp1252"),
        header=Header(row=2),
        until=EndOfData(matches="^Total"),
    )
    path = tmp_path / "copy.csv"
    path.write_bytes(content.encode("cp1252"))

    without = without_rows(path, options, lambda row: row.cells["SKU"] == "MUG")

    assert without == content.replace("MUG,Müller\n", "").encode("cp1252")


def test_copy_in_another_encoding_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "copy.csv"
    path.write_bytes(TEXT.encode("cp1252"))

    with pytest.raises(InvalidFileError, match="is not utf-8 text"):
        without_rows(path, OPTIONS, lambda _: True)


DATES = [
    "3.4.2026",
    "2-Mar",
    "Mar-02",
    "02. Mrz",
    "Mrz 02",
    "02-mars",
    "1-Sept",
    "02/mar",
    "2-Mar-24",
    "3.4.2026",
]
NO_DATES = ["MAR-02", "2-MAR", "MUG-02", "2-Mark", "Mar-2", "May", "DEC1", "2-3", "Set-12", "12"]


@pytest.mark.parametrize("text", DATES)
def test_date_in_place_of_a_sku_is_recognised(text: str) -> None:
    assert looks_like_date(text)


@pytest.mark.parametrize("text", NO_DATES)
def test_sku_that_is_no_date_of_a_spreadsheet_is_not_reported(text: str) -> None:
    assert not looks_like_date(text)


def test_quotation_mark_that_is_open_at_the_end_may_be_a_cut_file(tmp_path: Path) -> None:
    problem = refusal(tmp_path, 'SKU,Name\nMUG,"Mu')

    assert "the file may have been cut: export it again, or set `quotes: false`" in problem
