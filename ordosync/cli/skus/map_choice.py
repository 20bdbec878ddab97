"""The portal and the file of its SKU map, for all commands of a map."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from ordosync.cli import completion
from ordosync.config.settings import Config, PortalConfig
from ordosync.engine import chosen
from ordosync.errors import UsageError

Portal = Annotated[str, typer.Argument(metavar="PORTAL", autocompletion=completion.portal)]


@dataclass(frozen=True, kw_only=True)
class ChosenMap:
    """The map of one portal."""

    portal: PortalConfig
    path: Path


def chosen_map(config: Config, name: str) -> ChosenMap:
    """Return the map of a portal. Raise `UsageError` if it has none."""
    [portal] = chosen(config, [name])
    if portal.sku_map is None:
        raise UsageError(
            f"portal {name} has no SKU map; add `sku_map: maps/{name}.csv` to it in {config.path},"
            " then repeat this command"
        )
    return ChosenMap(portal=portal, path=portal.sku_map)


def chosen_maps(config: Config, name: str | None) -> list[ChosenMap]:
    """Return the map of this portal, or of all that have one. Raise `UsageError` if none has."""
    if name is not None:
        return [chosen_map(config, name)]
    maps = [
        ChosenMap(portal=portal, path=portal.sku_map)
        for portal in config.portals.values()
        if portal.sku_map
    ]
    if not maps:
        first = next(iter(config.portals))
        raise UsageError(
            f"no portal has a SKU map; add `sku_map: maps/{first}.csv` to one in {config.path}"
        )
    return maps
