"""Results of requests that `place try` makes at the places of an account."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class PlaceRequest:
    """A request that was tried, and the answer of the place."""

    folder: str
    """The folder below the place; empty for the folder of the place."""
    name: str
    """Such as `write` or `rename`."""
    answer: str
    """Empty if the request was carried out."""
    is_needed: bool
    """True if no file can be handed over without it."""

    @property
    def is_problem(self) -> bool:
        """True if files cannot be handed over."""
        return self.is_needed and bool(self.answer)
