"""Tries all mutants, or those whose protection has one of the words; exits 1 if one survives."""

import sys
import tempfile
from pathlib import Path

from tests.mutants import copy_to, is_caught
from tests.mutants.protections import MUTANTS


def main() -> int:
    """Run the mutants."""
    words = sys.argv[1:]
    survived = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copy_to(folder)
        for mutant in MUTANTS:
            if words and not any(word in mutant.protection for word in words):
                continue
            caught = is_caught(mutant, folder)
            survived += not caught
            sys.stdout.write(f"{'caught  ' if caught else 'SURVIVED'}  {mutant.protection}\n")
            sys.stdout.flush()
    return int(bool(survived))


if __name__ == "__main__":
    sys.exit(main())
