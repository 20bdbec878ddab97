"""The table of cases names only existing tests."""

import re
from pathlib import Path

import pytest

from tests.support.cases import CASES, Table

HERE = Path(__file__).parents[1]


@pytest.mark.parametrize("name", sorted({name for case in CASES.values() for name in case.tests}))
def test_each_test_of_a_case_exists(name: str) -> None:
    file, _, test = name.partition("::")
    path = HERE / file

    assert path.exists()
    assert not test or re.search(rf"def {test}", path.read_text("utf-8"))


def test_every_case_is_in_the_table_with_its_results(tmp_path: Path) -> None:
    table = Table()
    limit = "engine/execution/test_safety_limit.py"
    table.add(f"{limit}::test_few_that_fall_to_0_are_written", "passed", 1.25)
    table.add(f"{limit}::test_other", "failed", 1)

    table.write(tmp_path / "README.md")

    written = (tmp_path / "README.md").read_text("utf-8")
    assert "| 40 | a listing that is suddenly empty | 1 passed, 1 failed | 2.2 s |" in written
    assert len(re.findall(r"^\| \d+ \|", written, re.MULTILINE)) == len(CASES)
    assert table.missing() == [number for number in CASES if number != 40]
