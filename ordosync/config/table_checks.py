"""Checks of the CSV files that a configuration names."""

from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

from ordosync.config.csv_tables import TableProblemsError
from ordosync.config.settings import Config
from ordosync.config.sku_map_file import SkuMapFile
from ordosync.config.sku_rules import SkuRules
from ordosync.config.table_files import TableOption, table_files
from ordosync.errors import ConfigError
from ordosync.text import plural


def check_tables(config: Config) -> list[str]:
    """Return warnings about the files. Raise `ConfigError` with all their problems."""
    problems: list[str] = []
    warnings: list[str] = []
    for portal, option, path in table_files(config):
        place = f"portals.{portal}.{option}"
        try:
            warnings += [f"{place}: {warning}" for warning in _CHECKS[option](path)]
        except TableProblemsError as error:
            problems += [f"{place}: {problem}" for problem in error.problems]
            if more := error.count - len(error.problems):
                problems.append(f"{place}: {path}: {plural(more, '1 more', f'{more} more')}")
    if problems:
        raise ConfigError(problems)
    return warnings


def _check_rules(path: Path) -> list[str]:
    SkuRules(path).close()
    return []


def _check_map(path: Path) -> list[str]:
    with closing(SkuMapFile(path)) as file:
        return list(file.warnings())


_CHECKS: Mapping[TableOption, Callable[[Path], list[str]]] = {
    "stock.skus": _check_rules,
    "sku_map": _check_map,
}
