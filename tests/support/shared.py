"""Folders that the workers of a test session share, since they take long to make."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.command import finished

DEMO = "ordosync-demo"
_OUTPUT = "output.txt"


def session_folder(factory: pytest.TempPathFactory) -> Path:
    """Return the folder that all workers have in common."""
    base = factory.getbasetemp()
    # Each worker of xdist has a folder in that of the session.
    return base.parent if base.name.startswith("popen-") else base


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Return the folder of this name; the first worker makes it, and the others wait for that."""
    session = session_folder(factory)
    folder, is_made = session / name, session / f"{name}.made"
    with (session / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_made.exists():
            folder.mkdir()
            make(folder)
            is_made.touch()
    return folder


def demo_files(factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a demo, to be copied."""
    return made_once(factory, "demo", _run_demo) / DEMO


def demo_output(factory: pytest.TempPathFactory) -> str:
    """Return the output of the demo that has made these files."""
    return (demo_files(factory).parent / _OUTPUT).read_text("utf-8")


def _run_demo(folder: Path) -> None:
    """Call the demo as the README does: by its path, since the program is not on the PATH."""
    program = folder / "venv" / "bin" / "ordosync"
    program.parent.mkdir(parents=True)
    program.with_name("activate").touch()
    program.write_text(
        f"#!{sys.executable}\nfrom ordosync.__main__ import main\n\nmain()\n", "utf-8"
    )
    program.chmod(0o755)
    result = finished(
        subprocess.Popen(
            ["venv/bin/ordosync", "demo"],
            cwd=folder,
            env={**os.environ, "PATH": "/usr/bin:/bin"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    )
    assert result.code == 0, result
    assert f"cd {DEMO}" in result.out
    (folder / _OUTPUT).write_text(result.out, "utf-8")
