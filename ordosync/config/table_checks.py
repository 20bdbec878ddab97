"""Checks of the CSV files that a configuration names."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

from ordosync.config.csv_tables import TableProblemsError
from ordosync.config.reader import Place, Reader
from ordosync.config.sku_map_file import SkuMapFile
from ordosync.config.sku_rules import SkuRules
from ordosync.text import plural


class TableChecks:
    """Reads the files of all portals, those with problems included."""

    def __init__(self) -> None:
        self.warnings: list[str] = []
        """Remarks on the files."""

    def check(self, reader: Reader, top: Place) -> None:
        """Record the problems of the files at the options that name them."""
        for place, warnings_of in _places(reader, top):
            # A path that is wrong has its problem already.
            if path := reader.value(Path | None, place):
                self._check(reader, place, path, warnings_of)

    def _check(
        self, reader: Reader, place: Place, path: Path, warnings_of: Callable[[Path], list[str]]
    ) -> None:
        try:
            self.warnings += [f"{place.path}: {warning}" for warning in warnings_of(path)]
        except TableProblemsError as error:
            for problem in error.problems:
                reader.problem(place, problem)
            if more := error.count - len(error.problems):
                reader.problem(place, f"{path}: {plural(more, '1 more', f'{more} more')}")


def _places(reader: Reader, top: Place) -> Iterator[tuple[Place, Callable[[Path], list[str]]]]:
    """Yield the options that name a file, each with the function that reads it."""
    for portal in _below(reader, top, "portals").values():
        for keys, warnings_of in _CHECKS.items():
            *parents, last = keys
            entries = _below(reader, portal, *parents)
            if last in entries:
                yield entries[last], warnings_of


def _below(reader: Reader, place: Place, *keys: str) -> Mapping[str, Place]:
    """Return the entries below some keys; none if the file has no such mapping."""
    entries = reader.entries(place) if place.is_mapping else None
    for key in keys:
        inner = (entries or {}).get(key)
        entries = reader.entries(inner) if inner and inner.is_mapping else None
    return entries or {}


def _rules(path: Path) -> list[str]:
    SkuRules(path).close()
    return []


def _map(path: Path) -> list[str]:
    with closing(SkuMapFile(path)) as file:
        return list(file.warnings())


_CHECKS: Mapping[tuple[str, ...], Callable[[Path], list[str]]] = {
    ("stock", "skus"): _rules,
    ("sku_map",): _map,
}
"""The options of a portal that name a file, and the warnings about it."""
