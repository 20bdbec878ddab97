"""Imports of orders, compared with the plain script: rate, memory, and imports without changes."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.benchmarks import peers
from tests.benchmarks.measuring import (
    ORDOSYNC,
    PYTHON,
    Medians,
    Result,
    Spent,
    always,
    at_least,
    at_most,
    in_turn,
    peak_mib,
    scaled,
    spent,
)
from tests.benchmarks.portals import configured, embedded, emptied, filled, ordoro
from tests.benchmarks.serving import asked, serving

_ROUNDS = 3
_LATENCY_MS = 20


def measure(folder: Path, scale: float) -> Sequence[Result]:
    """Import the same orders by each way in turn, from one server, into new files."""
    count = scaled(100_000, scale, least=200)
    rounds = _ROUNDS if scale >= 1 else 2
    with serving(count) as url:
        over_http = configured(folder / "http", merchant=ordoro(url), supplier=embedded("w"))
        between = configured(folder / "files", merchant=embedded("shop"), supplier=embedded("w"))
        filled(between / "shop.db", count)
        dlt = peers.dlt(folder / "dlt")
        ways = {
            "page-wal": partial(_page_wal, folder, url),
            "http": partial(_import, over_http),
            "embedded": partial(_import, between),
        }
        medians = in_turn(ways, rounds=rounds)
        of_dlt = None if dlt.why_not else dlt.load(url).wall_s
        first_s = medians.wall_s("http")
        asked(f"{url}/_touch?every=100")
        changed = _changed(folder, over_http, url, rounds)
    rate, far = f"{count / first_s:,.0f} orders/s here", scaled(5_000, scale, least=300)
    return [
        at_least(
            f"import of {count:,} orders over HTTP, orders/s against page-wal",
            medians.ratio("page-wal", "http"),
            0.44,
            note=f"{medians.note('page-wal', 'http')}, {rate}",
        ),
        _far(folder / "far", far, rounds),
        at_least(
            f"import of {count:,} orders over HTTP, orders/s against dlt into SQLite",
            of_dlt and of_dlt / first_s,
            3.6,
            note=dlt.why_not or dlt.versions,
        ),
        at_least(
            f"embedded to embedded, {count:,} orders, orders/s against page-wal",
            medians.ratio("page-wal", "embedded"),
            0.44,
            note=medians.note("page-wal", "embedded"),
        ),
        at_most(
            f"1 % changed of {count:,}, less a run with nothing to do, of the first import",
            100 * (changed.wall_s("changed") - changed.wall_s("nothing")) / first_s,
            2,
            unit=" %",
        ),
        at_most(
            f"1 % changed of {count:,}, time against page-wal",
            changed.ratio("changed", "page-wal"),
            1.6,
            note=changed.note("changed", "page-wal"),
        ),
    ]


def _changed(folder: Path, over_http: Path, url: str, rounds: int) -> Medians:
    """Import a few changed orders again and again, and after that nothing."""
    databases = (folder / "page-wal.db", over_http / "ordosync.db", over_http / "w.db")
    before = {path: path.read_bytes() for path in databases}

    def as_before(way: Callable[[], Spent]) -> Spent:
        for path, content in before.items():
            emptied(path)
            path.write_bytes(content)
            path.chmod(0o600)
        return way()

    ways = {
        "page-wal": partial(as_before, partial(_rerun_page_wal, folder, url)),
        "changed": partial(as_before, partial(_again, over_http)),
        "nothing": partial(_again, over_http),
    }
    return in_turn(ways, rounds=rounds)


def _far(folder: Path, count: int, rounds: int) -> Result:
    """Import orders of a service that takes a while to answer."""
    with serving(count, latency_ms=_LATENCY_MS) as url:
        over_http = configured(folder, merchant=ordoro(url), supplier=embedded("w"))
        ways = {
            "page-wal": partial(_page_wal, folder, url),
            "http": partial(_import, over_http),
        }
        medians = in_turn(ways, rounds=rounds)
    return at_least(
        f"import of {count:,} orders at {_LATENCY_MS} ms a call, orders/s against page-wal",
        medians.ratio("page-wal", "http"),
        0.85,
        note=medians.note("page-wal", "http"),
    )


def measure_size(folder: Path, scale: float) -> Sequence[Result]:
    """Import few and many orders, and run again when nothing has changed."""
    few, many = scaled(10_000, scale, least=200), scaled(1_000_000, scale, least=400)
    with (
        _imported(folder / "few", few) as (at_few, of_few),
        _imported(folder / "many", many) as (at_many, of_many),
    ):
        ways = {"few": partial(_again, at_few), "many": partial(_again, at_many)}
        again = in_turn(ways, rounds=7)
    calls = [run.out.split('"calls": ')[1].split(",")[0] for run in again.of["many"]]
    return [
        always(f"peak memory of an import of {few:,}", of_few, 60, unit=" MiB"),
        at_most(
            f"peak memory of an import of {many:,} against {few:,}",
            of_many / of_few,
            1.1,
            note=f"{of_many:.0f} MiB",
        ),
        at_most(
            f"nothing changed, {many:,} stored, time against {few:,} stored",
            again.ratio("many", "few"),
            1.2,
            note=again.note("many", "few"),
        ),
        always(f"nothing changed, {many:,} stored, calls", float(max(calls)), 1),
    ]


@contextmanager
def _imported(folder: Path, count: int) -> Iterator[tuple[Path, float]]:
    """Import this many orders; yield the folder, and the memory that the import took."""
    with serving(count) as url:
        at = configured(folder, merchant=ordoro(url), supplier=embedded("w"))
        yield at, peak_mib("import-orders", "--json", cwd=at)


def _page_wal(folder: Path, url: str) -> Spent:
    emptied(folder / "page-wal.db")
    return _rerun_page_wal(folder, url)


def _rerun_page_wal(folder: Path, url: str) -> Spent:
    return spent(PYTHON, "-m", "tests.benchmarks.page_wal", url, str(folder / "page-wal.db"))


def _import(folder: Path) -> Spent:
    emptied(folder / "ordosync.db")
    emptied(folder / "w.db")
    return spent(ORDOSYNC, "import-orders", "--json", cwd=folder)


def _again(folder: Path) -> Spent:
    return spent(ORDOSYNC, "import-orders", "--json", cwd=folder)
