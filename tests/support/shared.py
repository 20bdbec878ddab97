"""Folders that the workers of a test session share, since they take long to make."""

import fcntl
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.command import finished, started

DEMO = "ordosync-demo"


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Return the folder of this name; the first worker makes it, and the others wait for that."""
    base = factory.getbasetemp()
    # Each worker of xdist has a folder in that of the session.
    session = base.parent if base.name.startswith("popen-") else base
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


def _run_demo(folder: Path) -> None:
    result = finished(started(folder, "demo"))
    assert result.code == 0, result
    assert f"cd {DEMO}" in result.out
