"""Format of times in the store: UTC, ISO 8601 with milliseconds and Z, so that they sort."""

from datetime import UTC, datetime


def to_text(at: datetime) -> str:
    """Format an aware time, truncated to milliseconds."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


from_text = datetime.fromisoformat
"""Parses a time in the format of `to_text`."""


def from_nullable(text: str | None) -> datetime | None:
    """Parse the value of a column that may be null."""
    return from_text(text) if text else None


def to_nullable(at: datetime | None) -> str | None:
    """Format a time that may be missing."""
    return to_text(at) if at else None
