"""The bucket of points that operations are paid from; it fills up on the account's clock."""

from datetime import datetime

from tests.fakes.shopify.state import Json
from tests.fakes.shopify.switches import Switches


class Bucket:
    """What one app may still spend in one shop."""

    def __init__(self, switches: Switches) -> None:
        self._switches = switches
        self._spent = 0.0
        self._at: datetime | None = None

    def pay(self, points: float, now: datetime) -> bool:
        """Take points out, or give some back; say no where they are not there."""
        self._fill(now)
        if points > self._switches.points - self._spent:
            return False
        self._spent = max(0.0, self._spent + points)
        return True

    def drain(self, points: float, now: datetime) -> None:
        """Leave only so many points, as if another user of the app had spent the rest."""
        self._fill(now)
        self._spent = self._switches.points - points

    def status(self, now: datetime) -> Json:
        """Return how it stands, in the words of the answer."""
        self._fill(now)
        return {
            "maximumAvailable": self._switches.points,
            "currentlyAvailable": int(self._switches.points - self._spent),
            "restoreRate": self._switches.points_per_s,
        }

    def _fill(self, now: datetime) -> None:
        if self._at is not None:
            seconds = (now - self._at).total_seconds()
            self._spent = max(0.0, self._spent - max(0.0, seconds) * self._switches.points_per_s)
        self._at = now
