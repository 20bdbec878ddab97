"""Runs many histories, and prints the mean of oversold units; exits 1 if a goal is not met."""

import argparse
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from tests.overselling.goals import QUOTAS, WORLDS, Means, ending
from tests.support import postgres, stores


def main() -> int:
    """Run the histories of all worlds."""
    parser = argparse.ArgumentParser(prog="python -m tests.overselling", description=__doc__)
    parser.add_argument("--histories", type=int, default=500, metavar="N", help="of each world")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="processes at a time")
    parser.add_argument("--seed", type=int, default=0, help="of the first history")
    given = parser.parse_args()
    seeds = range(given.seed, given.seed + given.histories)
    missed = 0
    with _server() as url:
        for name, (_, most) in WORLDS.items():
            means = _means(name, seeds, given.jobs, url)
            missed += means.oversold > most
            sys.stdout.write(
                f"{name}: oversold {means.oversold:.3f}, at most {most}; left {means.left:.2f}\n"
            )
            sys.stdout.flush()
        for name in QUOTAS:
            means = _means(name, seeds, given.jobs, url)
            missed += bool(means.oversold or means.left or means.starved)
            sys.stdout.write(
                f"{name}: oversold {means.oversold:.3f}, left {means.left:.2f},"
                f" starved {means.starved}\n"
            )
            sys.stdout.flush()
    return int(bool(missed))


@contextmanager
def _server() -> Iterator[str | None]:
    """Start a PostgreSQL server, if the environment asks for stores there."""
    if not stores.is_switched():
        yield None
        return
    with tempfile.TemporaryDirectory() as folder, postgres.server(Path(folder)) as url:
        yield url


def _means(name: str, seeds: Iterable[int], jobs: int, url: str | None) -> Means:
    with ExitStack() as stack:
        if url:
            stack.enter_context(stores.on_postgres(url))
        pool = stack.enter_context(get_context("spawn").Pool(jobs))
        return Means.of(pool.imap_unordered(partial(ending, name), seeds))


if __name__ == "__main__":
    sys.exit(main())
