"""Removes one protection at a time, and checks that a test fails.

    python -m tests.mutants [WORD]...

A mutant is a piece of code, its replacement without the protection, and the test that
must fail then. A protection that no test covers can be lost unnoticed.
"""

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.forking import FORKING

ROOT = Path(__file__).parents[2]
_COPIED = ("ordosync", "tests", "pyproject.toml", "README.md", "LICENSE", "config.example.yaml")
_OPTIONS = (
    *("-q", "-x", "-o", "addopts=--strict-markers", "-m", "not matrix"),
    *("-p", "no:xdist", "-p", "no:randomly", "-p", "no:cacheprovider"),
)
_OUTPUT = "output.txt"
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


def copy_to(folder: Path) -> None:
    """Copy the code and its tests into a folder, for `is_caught`."""
    for name in _COPIED:
        source = ROOT / name
        if source.is_dir():
            # The copy keeps compiled files and their times, which halves the start-up time.
            shutil.copytree(source, folder / name)
        else:
            shutil.copy(source, folder / name)


def is_caught(mutant: Mutant, folder: Path) -> bool:
    """True if the test fails on this copy of the code without the protection.

    A test that never ends, as a read may without its protection, fails, too. Raises
    `AssertionError` if the code or the test is not as the mutant says.
    """
    path = folder / "ordosync" / mutant.file
    text, stat = path.read_text("utf-8"), path.stat()
    assert text.count(mutant.old) == 1, f"{mutant.file} has not once: {mutant.old}"
    path.write_text(text.replace(mutant.old, mutant.new), "utf-8")
    try:
        code = _exit_code(folder, f"tests/{mutant.test}")
    finally:
        path.write_text(text, "utf-8")
        # Compiled files of the unchanged code remain valid.
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    output = (folder / _OUTPUT).read_text("utf-8", "replace")
    assert code in (0, _FAILED), output[-4000:]
    return code == _FAILED


def _exit_code(folder: Path, test: str) -> int:
    """Return the exit code of a test run on the copy."""
    process = FORKING.Process(target=_run_test, args=(str(folder), test))
    process.start()
    process.join(_LONGEST_S)
    if process.exitcode is None:
        process.kill()
        process.join()
        return _FAILED
    return process.exitcode


def _run_test(folder: str, test: str) -> None:
    """Run a test on the copy, in a new process that has only the libraries."""
    output = os.open(f"{folder}/{_OUTPUT}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(output, stream)
    os.chdir(folder)
    for name in [*sys.modules]:
        if name.partition(".")[0] in ("ordosync", "tests"):
            del sys.modules[name]
    sys.path.insert(0, folder)
    # Two mutants of a file can have the same size and time.
    sys.dont_write_bytecode = True
    os.environ.update(PYTHONPATH=folder, PYTHONDONTWRITEBYTECODE="1")
    sys.exit(int(pytest.main([*_OPTIONS, test])))
