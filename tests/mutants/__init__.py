"""Removes one protection at a time, and checks that a test fails.

    python -m tests.mutants [WORD]...

A mutant is a piece of code, its replacement without the protection, and the test that
must fail then. A protection that no test covers can be lost unnoticed.
"""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_COPIED = ("ordosync", "tests", "pyproject.toml", "README.md", "LICENSE", "config.example.yaml")
_OPTIONS = ("-q", "-n0", "-x", "-p", "no:randomly", "-p", "no:cacheprovider", "-m", "not matrix")
_LONGEST_S = 120
_FAILED = 1
"""The exit code of pytest if a test failed; other codes mean errors of pytest itself."""


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """A protection, and the code without it."""

    protection: str
    file: str
    """Path within the package."""
    old: str
    """Text that occurs in the file exactly once."""
    new: str
    test: str
    """Test id below `tests`."""


def is_caught(mutant: Mutant, folder: Path) -> bool:
    """True if the test fails on a copy of the code without the protection.

    A test that never ends, as a read may without its protection, fails, too. Raises
    `AssertionError` if the code or the test is not as the mutant says.
    """
    for name in _COPIED:
        source = ROOT / name
        if source.is_dir():
            # The copy keeps compiled files and their times, which halves the start-up time.
            shutil.copytree(source, folder / name)
        else:
            shutil.copy(source, folder / name)
    path = folder / "ordosync" / mutant.file
    text = path.read_text("utf-8")
    assert text.count(mutant.old) == 1, f"{mutant.file} has not once: {mutant.old}"
    path.write_text(text.replace(mutant.old, mutant.new), "utf-8")
    try:
        result = subprocess.run(
            [sys.executable, "-m", "pytest", *_OPTIONS, f"tests/{mutant.test}"],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(folder)},
            capture_output=True,
            text=True,
            check=False,
            timeout=_LONGEST_S,
        )
    except subprocess.TimeoutExpired:
        return True
    assert result.returncode in (0, _FAILED), result.stdout[-2000:] + result.stderr[-2000:]
    return result.returncode == _FAILED
