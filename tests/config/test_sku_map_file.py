"""Files of SKU maps: what a row means, and what is wrong with it."""

from contextlib import closing
from pathlib import Path

import pytest

from ordosync.config.csv_tables import TableProblemsError
from ordosync.config.sku_map_file import SkuMapFile

HEADER = "merchant_sku,supplier_sku,units\n"


@pytest.fixture(name="path")
def _path(tmp_path: Path) -> Path:
    return tmp_path / "map.csv"


def rows(path: Path) -> list[tuple[str, str, int]]:
    with closing(SkuMapFile(path)) as file:
        return [(row.merchant_sku, row.supplier_sku, row.pack) for row in file.rows()]


def problems(path: Path) -> list[str]:
    """Return the problems of a file, without its path."""
    with pytest.raises(TableProblemsError) as raised:
        SkuMapFile(path)
    return [problem.removeprefix(f"{path}: ") for problem in raised.value.problems]


def warnings(path: Path) -> list[str]:
    with closing(SkuMapFile(path)) as file:
        return [text.removeprefix(f"{path}: ") for text in file.warnings()]


@pytest.mark.parametrize(
    "text",
    [
        f"{HEADER}MUG-6,NW-MUG,6\n007, nw 7 ,1",
        f"\ufeff{HEADER}MUG-6,NW-MUG,6\n007, nw 7 ,1\n".replace("\n", "\r\n"),
        f"{HEADER}MUG-6,NW-MUG,6\n\n007, nw 7 ,1\n,,\n".replace(",", ";"),
        (
            "Units\tNote\tSupplier_SKU\tmerchant_sku\t\n"
            ' 6 \t"a\nb"\tNW-MUG\t"MUG-6"\t\n1\t\t nw 7 \t007\t\n'
        ),
    ],
)
def test_m2_skus_are_taken_as_they_are_whatever_the_csv_around_them(path: Path, text: str) -> None:
    path.write_text(text, "utf-8", newline="")

    assert rows(path) == [("007", " nw 7 ", 1), ("MUG-6", "NW-MUG", 6)]


@pytest.mark.parametrize("units", ["1", "100000", "006"])
def test_m5_units_are_a_whole_number_up_to_100_000(path: Path, units: str) -> None:
    path.write_text(f"{HEADER}MUG,NW-MUG,{units}\n")

    assert rows(path) == [("MUG", "NW-MUG", int(units))]


@pytest.mark.parametrize("units", ["", "0", "-6", "1.5", "six", "6x", "100001", "9" * 5000, "٦"])
def test_m5_other_units_are_a_problem_with_its_row(path: Path, units: str) -> None:
    path.write_text(f"{HEADER}CUP,NW-CUP,1\nMUG,NW-MUG,{units}\n")

    [problem] = problems(path)

    assert problem.startswith("row 3 (MUG): units: ")
    assert problem.endswith(" is not a whole number from 1 to 100,000")


def test_m7_a_sku_with_two_of_the_supplier_is_a_kit_which_names_both_rows(path: Path) -> None:
    path.write_text(f"{HEADER}SET,NW-BOARD,1\nMUG,NW-MUG,1\nSET,NW-KNIFE,2\n")

    [problem] = problems(path)

    assert problem == (
        "row 4 (SET): is also in row 2, with supplier_sku NW-BOARD; kits are not supported: keep"
        " only one row"
    )


def test_m8_the_same_row_twice_is_a_warning(path: Path) -> None:
    path.write_text(f"{HEADER}MUG,NW-MUG,6\nCUP,NW-CUP,1\nMUG,NW-MUG,6\nCUP,NW-CUP,1\n")

    assert rows(path) == [("CUP", "NW-CUP", 1), ("MUG", "NW-MUG", 6)]
    assert warnings(path) == ["row 4 repeats row 2; so does 1 more row"]


def test_m8_two_packs_for_one_pair_are_a_problem_with_both_rows(path: Path) -> None:
    path.write_text(f"{HEADER}MUG,NW-MUG,6\nCUP,NW-CUP,1\nMUG,NW-MUG,12\n")

    assert problems(path) == ["row 4 (MUG): is also in row 2, with units 6; keep only one row"]


def test_m9_a_sku_may_be_mapped_to_itself(path: Path) -> None:
    path.write_text(f"{HEADER}MUG,MUG,1\n")

    assert rows(path) == [("MUG", "MUG", 1)]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is empty; its first row must be merchant_sku,supplier_sku,units"),
        ("merchant_sku,supplier_sku\nA,B\n", "row 1: column units is missing; needed: "),
        (
            "merchant_sku,supplier_sku,unit\nA,B,6\n",
            'row 1: column units is missing, perhaps it is "unit"; needed: ',
        ),
        ("units,merchant_sku,supplier_sku,units\n1,A,B,6\n", "row 1: column units is there twice"),
        (f"{HEADER}MUG,NW-MUG\n", "row 2: has 2 cells, the header has 3; add or remove delim"),
        (f"{HEADER},NW-MUG,1\n", "row 2: merchant_sku is empty"),
        (f"{HEADER}MUG,  ,1\n", "row 2 (MUG): supplier_sku is empty"),
        (f'{HEADER}MUG,"NW\nMUG",1\n', "row 2 (MUG): supplier_sku has a control character"),
        (f"{HEADER}MUG,1.2E+12,1\n", 'row 2 (MUG): supplier_sku: "1.2E+12" is a number that a'),
        (f'{HEADER}MUG,"NW,1\nCUP,NW-CUP,1\n', "row 2 is not valid CSV"),
        (f"{HEADER}{'M' * 256},NW,1\n", "row 2 (MMM"),
    ],
)
def test_a_file_that_is_no_map_is_a_problem(path: Path, text: str, problem: str) -> None:
    path.write_text(text)

    assert problems(path)[0].startswith(problem)


def test_all_problems_are_counted_and_the_first_are_shown(path: Path) -> None:
    path.write_text(HEADER + "".join(f"M-{number},,1\n" for number in range(25)))

    with pytest.raises(TableProblemsError) as raised:
        SkuMapFile(path)

    assert (len(raised.value.problems), raised.value.count) == (10, 25)


def test_a_file_without_rows_is_a_warning(path: Path) -> None:
    path.write_text(HEADER)

    assert warnings(path) == ["has no row, so no SKU is mapped"]
