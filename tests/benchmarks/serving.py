"""The server in its own process, while a benchmark uses it."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.request import urlopen

from tests.benchmarks.measuring import PYTHON


@contextmanager
def serving(orders: int, *, latency_ms: float = 0, rate: str = "0/60") -> Iterator[str]:
    """Serve this many orders, and yield the address."""
    words = ("--orders", str(orders), "--latency-ms", str(latency_ms), "--rate", rate)
    with subprocess.Popen(
        [PYTHON, "-m", "tests.benchmarks.server", *words], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout
            yield process.stdout.readline().strip()
        finally:
            process.kill()


def asked(url: str) -> dict[str, Any]:
    """Call a control address of the server."""
    with urlopen(url) as answer:  # noqa: S310 - our own
        numbers: dict[str, Any] = json.load(answer)
        return numbers
