"""Start-up time of every command, compared with a Python that does nothing."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from tests.benchmarks.measuring import (
    ORDOSYNC,
    PYTHON,
    Result,
    Spent,
    always,
    at_most,
    in_turn,
    scaled,
    spent,
)
from tests.benchmarks.portals import idle, many

_ROUNDS = 15


def measure(folder: Path, scale: float) -> Sequence[Result]:
    """Start each in turn, and compare medians."""
    sizes = (3, scaled(1000, scale, least=4), scaled(10_000, scale, least=5))
    places = {size: idle(many(folder / str(size), size)) for size in sizes}
    few = places[sizes[0]]
    ways: dict[str, Callable[[], Spent]] = {
        "pass": partial(spent, PYTHON, "-c", "pass"),
        "version": partial(spent, ORDOSYNC, "--version"),
        "help": partial(spent, ORDOSYNC, "--help"),
        "json": partial(spent, ORDOSYNC, "activity", "--json", cwd=few),
        "table": partial(spent, ORDOSYNC, "activity", cwd=few),
    }
    ways |= {f"idle {n}": partial(spent, ORDOSYNC, "run-due", cwd=at) for n, at in places.items()}
    medians = in_turn(ways, rounds=scaled(_ROUNDS, scale, least=2))
    ticks = [f"idle {size}" for size in sizes]

    def against(name: str, way: str, reference: str, goal: float) -> Result:
        return at_most(name, medians.ratio(way, reference), goal, note=medians.note(way, reference))

    return [
        against("`--version` against `python -c pass`", "version", "pass", 1.5),
        against("idle `run-due`, 3 portals, against `pass`", ticks[0], "pass", 2.2),
        against(f"idle `run-due`, {sizes[1]:,} portals against 3", ticks[1], ticks[0], 1.1),
        against(f"idle `run-due`, {sizes[2]:,} portals against 3", ticks[2], ticks[0], 1.2),
        against("`--help` against `pass`", "help", "pass", 7),
        against("`activity --json` against `pass`", "json", "pass", 9),
        against("`activity` against `pass`", "table", "pass", 12),
        always("modules that an idle `run-due` imports", _imported(few, "run-due"), 25),
        always("the same, `activity --json`", _imported(few, "activity", "--json"), 170),
    ]


def _imported(at: Path, *words: str) -> int:
    """Return how many modules a command imports beyond those of an empty Python."""
    code = (
        "import sys; before = set(sys.modules); sys.argv[0] = 'ordosync'\n"
        "from ordosync.__main__ import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(len(set(sys.modules) - before))"
    )
    return int(spent(PYTHON, "-c", code, *words, cwd=at).out.splitlines()[-1])
