"""Times of day in a time zone: quiet hours, and when a digest is due. Pure functions.

When clocks are set back, a time of day exists twice, and the first one counts. When they are set
forward, some times do not exist, and the next minute that exists counts.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ordosync.config.alert_settings import DigestConfig, QuietConfig

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)


def at_local_time(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Return in UTC when a day has this time of day in a zone."""
    local = datetime.combine(day, at)
    while not _exists(local, zone):
        local += _MINUTE
    return local.replace(tzinfo=zone).astimezone(UTC)


def _exists(local: datetime, zone: ZoneInfo) -> bool:
    there_and_back = local.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)
    return there_and_back.replace(tzinfo=None) == local


def quiet_until(quiet: QuietConfig | None, now: datetime) -> datetime | None:
    """Return the end of the quiet hours; None if it is not quiet."""
    if quiet is None:
        return None
    today = now.astimezone(quiet.timezone).date()
    length = timedelta() if quiet.from_ < quiet.to else _DAY
    for day in (today - _DAY, today):
        begin = at_local_time(day, quiet.from_, quiet.timezone)
        end = at_local_time(day + length, quiet.to, quiet.timezone)
        if begin <= now < end:
            return end
    return None


def last_digest_time(digest: DigestConfig, now: datetime) -> datetime:
    """Return the latest time, up to now, at which a digest is due."""
    return max(at for at in _digest_times(digest, now) if at <= now)


def next_digest_time(digest: DigestConfig, now: datetime) -> datetime:
    """Return the next time at which a digest is due."""
    return min(at for at in _digest_times(digest, now) if at > now)


def _digest_times(digest: DigestConfig, now: datetime) -> list[datetime]:
    today = now.astimezone(digest.timezone).date()
    days = (today + n * _DAY for n in range(-2, 3))
    return [at_local_time(day, digest.at, digest.timezone) for day in days]
