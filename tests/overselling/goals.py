"""The goals: the mean number of oversold units of one SKU, with a buffer of two units."""

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.overselling.history import Ending, History, World

WORLDS: Mapping[str, tuple[World, float]] = {
    "two Merchants, 60 and 60 minutes": (World(portals=2, imports=60, writes=60), 0.12),
    "three Merchants, 60 and 60 minutes": (World(portals=3, imports=60, writes=60), 0.25),
    "two Merchants, 10 and 60 minutes": (World(portals=2, imports=10, writes=60), 0.02),
}
"""Worlds, each with the most units that are oversold in the mean of 500 histories."""


@dataclass(frozen=True, kw_only=True)
class Means:
    """The means of many histories."""

    oversold: float
    left: float

    @classmethod
    def of(cls, endings: Iterable[Ending]) -> "Means":
        """Return the means of these histories."""
        all_ = list(endings)
        return cls(
            oversold=sum(ending.oversold for ending in all_) / len(all_),
            left=sum(ending.left for ending in all_) / len(all_),
        )


def ending(name: str, seed: int) -> Ending:
    """Return how one history of a world ends."""
    world, _ = WORLDS[name]
    with tempfile.TemporaryDirectory() as folder:
        return History(Path(folder), world, seed).run()
