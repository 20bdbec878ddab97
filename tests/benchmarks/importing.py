"""Imports of orders, compared with the plain script: rate, memory, and imports without changes."""

from collections.abc import Iterator, Mapping, Sequence
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
    sizes,
    spent,
)
from tests.benchmarks.portals import configured, embedded, emptied, filled, ordoro
from tests.benchmarks.serving import asked, serving

_ROUNDS = 3
_LATENCY_MS = 20


def measure(folder: Path, scale: float) -> Sequence[Result]:
    """Import the same orders by each way in turn, from one server, into new files."""
    rounds = _ROUNDS if scale >= 1 else 2
    counts = sizes(100_000, scale, least=200)
    measured = [_measured(folder / str(count), count, rounds) for count in counts]
    return [result for of_size in measured for result in of_size]


def _measured(folder: Path, count: int, rounds: int) -> Sequence[Result]:
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
    rate = f"{count / first_s:,.0f} orders/s here"
    return [
        at_least(
            f"import of {count:,} orders over HTTP, orders/s against page-wal",
            medians.ratio("page-wal", "http"),
            0.44,
            note=f"{medians.note('page-wal', 'http')}, {rate}",
        ),
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
    ]


def measure_latency(folder: Path, scale: float) -> Sequence[Result]:
    """Import orders from a server that takes 20 ms a call."""
    results = []
    for count in sizes(5000, scale, least=200):
        with serving(count, latency_ms=20) as url:
            place = configured(folder / str(count), merchant=ordoro(url), supplier=embedded("w"))
            ways = {
                "page-wal": partial(_page_wal, folder, url),
                "http": partial(_import, place),
            }
            medians = in_turn(ways, rounds=_ROUNDS if scale >= 1 else 1)
        results.append(
            at_least(
                f"import of {count:,} orders at 20 ms a call, orders/s against page-wal",
                medians.ratio("page-wal", "http"),
                0.85,
                note=medians.note("page-wal", "http"),
            )
        )
    return results


def measure_changes(folder: Path, scale: float) -> Sequence[Result]:
    """Import orders, then 1 % of them that changed, and then nothing."""
    results: list[Result] = []
    for count in sizes(30_000, scale, least=200):
        runs: dict[str, list[Spent]] = {}
        for number in range(_ROUNDS if scale >= 1 else 1):
            for name, run in _changed(folder / f"{count}-{number}", count).items():
                runs.setdefault(name, []).append(run)
        medians = Medians(of=runs)
        first = medians.ratio_without("changed", "first", idle=("nothing", "zero"))
        results += [
            at_most(
                f"1 % changed of {count:,}, less a run with nothing to do, of the first import",
                100 * first,
                2,
                unit=" %",
            ),
            at_most(
                f"1 % changed of {count:,}, time against page-wal's own re-run",
                medians.ratio("changed", "page-wal"),
                1.6,
                note=medians.note("changed", "page-wal"),
            ),
        ]
    return results


def _changed(folder: Path, count: int) -> Mapping[str, Spent]:
    with serving(count) as url:
        place = configured(folder, merchant=ordoro(url), supplier=embedded("w"))
        first = _import(place)
        _page_wal(folder, url)
        asked(f"{url}/_touch?every=100")
        changed, again = _again(place), _page_wal_again(folder, url)
        nothing = _again(place)
    return {
        "first": first,
        "changed": changed,
        "page-wal": again,
        "nothing": nothing,
        "zero": Spent(wall_s=0),
    }


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
    return _page_wal_again(folder, url)


def _page_wal_again(folder: Path, url: str) -> Spent:
    return spent(PYTHON, "-m", "tests.benchmarks.page_wal", url, str(folder / "page-wal.db"))


def _import(folder: Path) -> Spent:
    emptied(folder / "ordosync.db")
    emptied(folder / "w.db")
    return spent(ORDOSYNC, "import-orders", "--json", cwd=folder)


def _again(folder: Path) -> Spent:
    return spent(ORDOSYNC, "import-orders", "--json", cwd=folder)
