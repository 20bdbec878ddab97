"""A run that ends early leaves no file of its source open."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from ordosync.embedded.database import EmbeddedFile
from ordosync.tasks.cancellations import supplier_status
from tests.support.desk import SHIP, TwoAccounts


class OpenFiles:
    """Counts the readings that are under way."""

    def __init__(self) -> None:
        self.count = 0

    def counted(self, reading: Callable[..., Any]) -> Callable[..., Any]:
        @contextmanager
        def counting(file: EmbeddedFile, action: str) -> Iterator[Any]:
            self.count += 1
            try:
                with reading(file, action) as db:
                    yield db
            finally:
                self.count -= 1

        return counting


def test_a_run_that_an_error_ends_closes_the_files_that_it_reads(
    both: TwoAccounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        # A frame that holds its own error is freed only by the garbage collection.
        error = ZeroDivisionError()
        raise error

    both.northwind(*SHIP)
    open_files = OpenFiles()
    monkeypatch.setattr(supplier_status, "unexpected_statuses", fails)
    monkeypatch.setattr(EmbeddedFile, "reading", open_files.counted(EmbeddedFile.reading))
    gc.disable()
    try:
        result = both.run("update-tracking")
    finally:
        gc.enable()

    assert result.code == 1
    assert open_files.count == 0
