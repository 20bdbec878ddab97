"""Each benchmark runs, as small as it can be; how fast is for people to judge."""

from pathlib import Path

import pytest

from tests.benchmarks.__main__ import BENCHMARKS
from tests.benchmarks.versions import versions


@pytest.mark.slow
@pytest.mark.parametrize("name", BENCHMARKS)
def test_benchmark_runs_at_a_tiny_scale(name: str, tmp_path: Path) -> None:
    results = BENCHMARKS[name](tmp_path, 0.0005)

    assert results
    for result in results:
        assert result.ratio is not None or result.note.startswith("not measured")


def test_versions_are_printed_with_every_figure() -> None:
    assert {"Python", "SQLite", "ordosync", "journal", "CPUs"} <= set(versions())
