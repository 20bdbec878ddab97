"""Files with stock rules of single SKUs: which rows fit, and what is wrong with a row."""

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ordosync.config.csv_tables import LARGEST_FILE, TableProblemsError
from ordosync.config.sku_rule_rows import COLUMNS, SkuWords
from ordosync.config.sku_rules import SkuRules

HEADER = ",".join(COLUMNS)


@pytest.fixture(name="path")
def _path(tmp_path: Path) -> Path:
    return tmp_path / "rules.csv"


def rows(path: Path, sku: str) -> list[tuple[str, int]]:
    """Return the rows about a SKU, the first one first."""
    with closing(SkuRules(path)) as rules:
        return [(name, row) for name, row, _ in rules.of([sku]).get(sku, ())]


def words(path: Path, sku: str) -> SkuWords:
    with closing(SkuRules(path)) as rules:
        [(_, _, text)] = rules.of([sku])[sku]
        return SkuWords.of(text)


def problems(path: Path) -> list[str]:
    """Return the problems of a file, without its path."""
    with pytest.raises(TableProblemsError) as raised:
        SkuRules(path)
    return [problem.removeprefix(f"{path}: ") for problem in raised.value.problems]


def problem(path: Path) -> str:
    [only] = problems(path)
    return only


@pytest.mark.parametrize(
    "text",
    [
        f"{HEADER}\nMUG,2,10,3,50,yes\n",
        f"\ufeff{HEADER}\r\n MUG , 2 ,10,3,50,TRUE\r\n",
        f"{HEADER};;\nMUG;2;10;3;50;yes;;\n".replace(",", ";"),
        "Stop\tMaximum\tZero_Below\tBuffer_Percent\tBuffer\tSKU\nyes\t50\t3\t10\t2\tMUG",
        f'"sku",{HEADER[4:]}\n\n"MUG",2,10,3,050,"Yes"\n,,,,,\n',
    ],
)
def test_a_row_is_read_as_spreadsheets_save_it(path: Path, text: str) -> None:
    path.write_text(text.replace(";", ";"), "utf-8")

    assert words(path, "MUG") == SkuWords(2, 10, 3, 50, 1)


def test_a_blank_cell_leaves_the_word_to_the_next_level(path: Path) -> None:
    path.write_text(f"{HEADER}\nMUG,,,,0,no\n")

    assert words(path, "MUG") == SkuWords(maximum=0, stop=0)


def test_an_exact_row_comes_first_then_the_longest_pattern(path: Path) -> None:
    path.write_text("sku,buffer\n*,1\nNW-*,2\nNW-MUG-*,3\nNW-MUG-BLUE,4\nNW-CUP*,5\n")

    assert rows(path, "NW-MUG-BLUE") == [("NW-MUG-BLUE", 5), ("NW-MUG-*", 4), ("NW-*", 3), ("*", 2)]
    assert rows(path, "NW-CUP") == [("NW-CUP*", 6), ("NW-*", 3), ("*", 2)]
    assert rows(path, "nw-mug-blue") == [("*", 2)]


def test_characters_of_other_patterns_are_literal(path: Path) -> None:
    path.write_text("sku,buffer\nM?G,1\n[MC]UP,2\nA%,3\n")

    assert rows(path, "M?G") == [("M?G", 2)]
    assert rows(path, "MUG") == rows(path, "CUP") == rows(path, "AB") == []


def test_a_sku_that_ends_with_a_star_is_found_once(path: Path) -> None:
    path.write_text("sku,buffer\nMUG*,1\n")

    assert rows(path, "MUG*") == [("MUG*", 2)]


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ("MUG,x,,,,", 'row 2 (MUG): buffer: "x" is not a whole number; write only digits'),
        ("MUG,1.5,,,,", 'row 2 (MUG): buffer: "1.5" is not a whole number'),
        ("MUG,\u0663,,,,", "row 2 (MUG): buffer: "),
        ("MUG,=1+1,,,,", "row 2 (MUG): buffer: "),
        ("MUG,-1,,,,", "row 2 (MUG): buffer: must be 0 to 1000000"),
        ("MUG,1000001,,,,", "row 2 (MUG): buffer: must be 0 to 1000000"),
        ("MUG," + "9" * 400 + ",,,,", "row 2 (MUG): buffer: "),
        ("MUG,,101,,,", "row 2 (MUG): buffer_percent: must be 0 to 100"),
        ("MUG,,10%,,,", 'row 2 (MUG): buffer_percent: "10%" is not a whole number'),
        ("MUG,,,-3,,", "row 2 (MUG): zero_below: must be"),
        ("MUG,,,,many,", 'row 2 (MUG): maximum: "many"'),
        ("MUG,,,,,1", 'row 2 (MUG): stop: "1" is not possible here; write yes or no'),
        (",1,,,,", "row 2: has no SKU; write the SKU, or * for all SKUs"),
        ("M*G,1,,,,", "row 2 (M*G): has a * that is not at the end"),
        ("**,1,,,,", "row 2 (**): has a * that is not at the end"),
        ("M" * 256 + ",1,,,,", "row 2 (M"),
        ("1E+05,1,,,,", "row 2 (1E+05): "),
        ('="0012",1,,,,', "row 2 (="),
        ("MUG,BLUE,1,,,,", "row 2: has 7 cells, the header has 6; add or remove delimiters"),
        ("MUG,1", "row 2: has 2 cells, the header has 6"),
        ("MUG", "row 2: has 1 cell, the header has 6"),
        ('"MUG,1,,,,', "row 2 is not valid CSV"),
        ("M\x1b[31mUG,x,,,,", "row 2 (M\\x1b[31mUG): buffer"),
        ("M\u202eUG,x,,,,", "row 2 (M\\u202eUG): buffer"),
    ],
)
def test_a_wrong_cell_names_row_and_column(path: Path, row: str, text: str) -> None:
    path.write_text(f"{HEADER}\n{row}\n", "utf-8")

    assert problem(path).startswith(text)
    assert len(problem(path)) < 250


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "is empty; its first row must be sku,buffer"),
        (b"\n\n", "is empty"),
        (b"sku,buffer\n", "has no row below its header; add one, or remove `skus:`"),
        (b"sku,bufer\nMUG,1\n", 'row 1: "bufer" is not a column; did you mean buffer?'),
        (b"MUG,1\n", 'row 1: "mug" is not a column'),
        (b"buffer,stop\n1,\n", "row 1: column sku is missing; known: sku, buffer"),
        (b"sku\nMUG\n", "row 1: a column besides sku is missing"),
        (b"sku,buffer,Buffer\nMUG,1,2\n", "row 1: column buffer is there twice"),
        (b"sku,buffer\nM\xfcG,1\n", "is not UTF-8 text; save it as CSV UTF-8"),
        ("sku,buffer\nMUG,1\n".encode("utf-16"), "is not UTF-8 text"),
        (b"PK\x03\x04rest", "is a workbook of a spreadsheet; save its sheet as CSV UTF-8"),
        (b"sku,buffer\n" + b"x" * LARGEST_FILE, "is larger than 16 MB; use patterns"),
        (b"sku,buffer\nMUG," + b"1" * 200_000 + b"\n", "row 2"),
    ],
)
def test_a_file_that_cannot_be_used_says_what_to_do(path: Path, content: bytes, text: str) -> None:
    path.write_bytes(content)

    assert problem(path).startswith(text)


def test_a_missing_file_a_folder_and_a_pipe_are_refused(path: Path) -> None:
    assert problem(path).startswith("No such file or directory; correct the path")
    path.mkdir()
    assert problem(path).startswith("is not a regular file")
    path.rmdir()
    os.mkfifo(path)
    assert problem(path).startswith("is not a regular file")


def test_a_sku_that_is_in_two_rows_names_both(path: Path) -> None:
    between = "".join(f"SKU-{at},1\n" for at in range(600))
    path.write_text(f"sku,buffer\nMUG,1\n{between}MUG,1\nNW*,1\nNW*,2\n")

    assert problems(path) == [
        "row 603 (MUG): is also in row 2; remove one of them",
        "row 605 (NW*): is also in row 604; remove one of them",
    ]


def test_the_first_problems_are_listed_and_all_are_counted(path: Path) -> None:
    path.write_text("sku,buffer\n" + "".join(f"SKU-{at},x\n" for at in range(700)))

    with pytest.raises(TableProblemsError) as raised:
        SkuRules(path)

    assert (len(raised.value.problems), raised.value.count) == (10, 700)


def test_a_file_that_changes_while_it_is_read_is_refused(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.write_text("sku,buffer\nMUG,1\n")
    stat = Path.stat

    def later(self: Path, **options: bool) -> os.stat_result:
        if self == path and path.read_text().endswith("1\n"):
            path.write_text("sku,buffer\nMUG,1\nCUP,2\n")
        return stat(self, **options)

    opened = iter([False, True])

    def after_opening(self: Path, **options: bool) -> os.stat_result:
        return later(self, **options) if next(opened, True) else stat(self, **options)

    monkeypatch.setattr(Path, "stat", after_opening)

    assert problem(path).startswith("was changed while it was read; replace it as a whole")


@pytest.fixture(name="many")
def _many(path: Path) -> Iterator[SkuRules]:
    path.write_text(
        "sku,maximum\n" + "".join(f"SKU-{at:05d},{at}\n" for at in range(3000)) + "SKU-0*,7\n"
    )
    with closing(SkuRules(path)) as rules:
        yield rules


def test_the_rows_of_a_page_are_read_at_once(many: SkuRules) -> None:
    found = many.of(["SKU-00001", "SKU-02999", "SKU-03000", "OTHER"])

    assert {sku: [row for _, row, _ in rules] for sku, rules in found.items()} == {
        "SKU-00001": [3, 3002],
        "SKU-02999": [3001, 3002],
        "SKU-03000": [3002],
    }
