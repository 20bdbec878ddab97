from pathlib import Path

import pytest

from tests.mutants import Mutant, copy_to, is_caught
from tests.mutants.protections import MUTANTS


@pytest.fixture(scope="module", name="copy")
def _copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("copy")
    copy_to(folder)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("mutant", MUTANTS, ids=[mutant.protection for mutant in MUTANTS])
def test_a_test_fails_without_this_protection(mutant: Mutant, copy: Path) -> None:
    assert is_caught(mutant, copy), f"{mutant.test} passes without: {mutant.protection}"
