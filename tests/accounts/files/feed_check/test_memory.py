"""A check of a large file needs as much memory as one of a small file."""

import subprocess
import sys
from pathlib import Path

import pytest

_PEAK = """
import resource, sys
from pathlib import Path
from tests.accounts.files.feed_check.checking import checked_file
report = checked_file(Path(sys.argv[1]))
assert report.totals.records == int(sys.argv[2]), report
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""
_MOST_MIB = 12
"""More memory of ten times as many orders."""


def peak_mib(folder: Path, orders: int) -> int:
    """Return the peak of memory of a process that checks so many orders, each of two lines."""
    path = folder / f"{orders}.csv"
    with path.open("w") as file:
        file.write("order,sku,qty,price,date,to,zip,country\n")
        for number in range(orders):
            for sku in ("MUG", f"SKU-{number}"):
                file.write(f"{number},{sku},2,12.50,2026-11-20,Ana Cruz,69002,FR\n")
    result = subprocess.run(
        [sys.executable, "-c", _PEAK, str(path), str(orders)],
        capture_output=True,
        check=True,
        text=True,
        cwd=Path(__file__).parents[4],
    )
    return int(result.stdout)


@pytest.mark.slow
def test_memory_is_flat(tmp_path: Path) -> None:
    assert peak_mib(tmp_path, 50_000) - peak_mib(tmp_path, 5_000) <= _MOST_MIB
