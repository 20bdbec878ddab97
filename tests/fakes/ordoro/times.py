"""Times in the format of the API: ISO 8601 with microseconds and the account's offset."""

from datetime import datetime, tzinfo


def text(moment: datetime, zone: tzinfo) -> str:
    """Return a time as text."""
    return moment.astimezone(zone).isoformat(timespec="microseconds")


def parse(value: str, zone: tzinfo) -> datetime:
    """Parse a time, in the account's zone if it has no offset; raise `ValueError`."""
    moment = datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
