"""Times as the API writes and reads them: ISO 8601 with microseconds and the account's offset."""

from datetime import datetime, tzinfo


def text(moment: datetime, zone: tzinfo) -> str:
    """Write a time."""
    return moment.astimezone(zone).isoformat(timespec="microseconds")


def parse(value: str, zone: tzinfo) -> datetime:
    """Read a time, as one of the account's zone if it has no offset; raises `ValueError`."""
    moment = datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
