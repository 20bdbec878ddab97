from pathlib import Path

import pytest

from tests.mutants import Mutant, is_caught
from tests.mutants.protections import MUTANTS


@pytest.mark.slow
@pytest.mark.parametrize("mutant", MUTANTS, ids=[mutant.protection for mutant in MUTANTS])
def test_a_test_fails_without_this_protection(mutant: Mutant, tmp_path: Path) -> None:
    assert is_caught(mutant, tmp_path), f"{mutant.test} passes without: {mutant.protection}"
