"""Bucket of points that pays for operations; it refills by the account's clock."""

from datetime import datetime

from tests.fakes.shopify.state import Json
from tests.fakes.shopify.switches import Switches


class Bucket:
    """The points that one app can still spend in one shop."""

    def __init__(self, switches: Switches) -> None:
        self._switches = switches
        self._spent = 0.0
        self._at: datetime | None = None

    def pay(self, points: float, now: datetime) -> bool:
        """Take points, or return some; False if there are too few."""
        self._fill(now)
        if points > self._switches.points - self._spent:
            return False
        self._spent = max(0.0, self._spent + points)
        return True

    def drain(self, points: float, now: datetime) -> None:
        """Leave this number of points, as if another client of the app had spent the others."""
        self._fill(now)
        self._spent = self._switches.points - points

    def status(self, now: datetime) -> Json:
        """Return the throttle status in the form of the response."""
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
