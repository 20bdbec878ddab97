"""The goals: the mean number of oversold units of one SKU, with a buffer of two units."""

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.overselling.history import Ending, History, World
from tests.support import stores

WORLDS: Mapping[str, tuple[World, float]] = {
    "two Merchants, 60 and 60 minutes": (World(portals=2, imports=60, writes=60), 0.12),
    "three Merchants, 60 and 60 minutes": (World(portals=3, imports=60, writes=60), 0.25),
    "two Merchants, 10 and 60 minutes": (World(portals=2, imports=10, writes=60), 0.02),
}
"""Worlds, each with the most units that are oversold in the mean of 500 histories."""
QUOTAS: Mapping[str, World] = {
    "quotas of two Merchants": World(portals=2, imports=60, writes=60, buffer=0, pool="quota"),
    "quotas of three Merchants, 10 and 60 minutes": World(
        portals=3, imports=10, writes=60, buffer=0, pool="quota"
    ),
    "quotas of two Merchants, with kills and counts": World(
        portals=2, imports=60, writes=10, buffer=0, pool="quota", troubles=True
    ),
    "quotas of three Merchants, with kills and counts": World(
        portals=3, imports=60, writes=60, buffer=0, pool="quota", troubles=True
    ),
    "quotas of three Merchants, with two processes": World(
        portals=3, imports=60, writes=60, buffer=0, pool="quota", two_processes=True
    ),
}
"""Worlds in which no unit is oversold, none is left, and no shop is without units for long."""


@dataclass(frozen=True, kw_only=True)
class Means:
    """The means of many histories."""

    oversold: float
    left: float
    starved: int
    """The number of histories in which a shop showed no unit for hours."""

    @classmethod
    def of(cls, endings: Iterable[Ending]) -> "Means":
        """Return the means of these histories."""
        all_ = list(endings)
        return cls(
            oversold=sum(ending.oversold for ending in all_) / len(all_),
            left=sum(ending.left for ending in all_) / len(all_),
            starved=sum(ending.has_starved for ending in all_),
        )


def ending(name: str, seed: int) -> Ending:
    """Return how one history of a world ends."""
    world = QUOTAS[name] if name in QUOTAS else WORLDS[name][0]
    # A process of a pool has not redirected its stores yet.
    with stores.elsewhere(), tempfile.TemporaryDirectory() as folder:
        return History(Path(folder), world, seed).run()
