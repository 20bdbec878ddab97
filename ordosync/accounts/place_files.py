"""Files at the places of an account, as `place list` shows them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

PlaceFileState = Literal["read", "fetched", "waits", "failed", "gone", "left-out"]


@dataclass(frozen=True, kw_only=True)
class PlaceFile:
    """A name at a place, or a file that is gone from there and still kept."""

    reading: str
    """Such as `orders`."""
    path: str
    """Below the folder of the place, in ASCII; each other byte has an escape."""
    size: int | None
    changed_at: datetime | None
    """By the clock of the place; None if it does not tell."""
    state: PlaceFileState
    """read: its records are stored. fetched: no portal has read it yet. waits: it is not fetched
    yet. gone: it is kept here, and no longer at the place. left-out: it is not read."""
    reason: str = ""
