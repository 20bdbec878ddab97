"""Takes each protection out alone, and looks whether a test notices.

    python -m tests.mutants [WORD]...

A mutant is one piece of code, what stands in its place without the protection, and the test that
must fail then. A protection that no test misses is as good as none.
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
"""How pytest ends where a test has failed; other codes are about pytest itself."""


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """A protection, and how the code reads without it."""

    protection: str
    file: str
    """Below the package."""
    old: str
    """Must stand in the file once."""
    new: str
    test: str
    """Below `tests`, as pytest names it."""


def is_caught(mutant: Mutant, folder: Path) -> bool:
    """Run the test on a copy in which the protection is missing; True if it does not pass.

    One that never ends, as a reading may without its protection, does not pass either. Raises
    `AssertionError` where the code or the test is not as the mutant says.
    """
    for name in _COPIED:
        source = ROOT / name
        if source.is_dir():
            # With what is compiled, which the copy keeps the times for: half of the start.
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
