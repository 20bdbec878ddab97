"""Times as the store keeps them: UTC, ISO 8601 with milliseconds and Z, so that text sorts."""

from datetime import UTC, datetime


def to_text(at: datetime) -> str:
    """Write an aware time; what is below a millisecond is cut off."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_text(text: str) -> datetime:
    """Read what `to_text` wrote."""
    return datetime.fromisoformat(text)
