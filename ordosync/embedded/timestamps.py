"""Format of times in a local account: UTC, ISO 8601 with milliseconds and Z, so that they sort."""

from datetime import UTC, datetime


def to_text(at: datetime) -> str:
    """Format an aware time, truncated to milliseconds."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
