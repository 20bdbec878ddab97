from pathlib import Path

import pytest

from tests.mutants import ROOT, Mutant, copy_to, is_caught
from tests.mutants.protections import MUTANTS


@pytest.fixture(scope="module", name="copy")
def _copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("copy")
    copy_to(folder)
    return folder


def test_the_code_has_each_protection_once() -> None:
    counts = {
        mutant.protection: (ROOT / "ordosync" / mutant.file).read_text("utf-8").count(mutant.old)
        for mutant in MUTANTS
    }

    assert {protection: count for protection, count in counts.items() if count != 1} == {}


@pytest.mark.slow
@pytest.mark.parametrize(
    "mutant",
    [
        # Every second one, so that a run of CI takes a minute less.
        pytest.param(mutant, id=mutant.protection, marks=pytest.mark.matrix if at % 2 else ())
        for at, mutant in enumerate(MUTANTS)
    ],
)
def test_a_test_fails_without_this_protection(mutant: Mutant, copy: Path) -> None:
    assert is_caught(mutant, copy), f"{mutant.test} passes without: {mutant.protection}"
