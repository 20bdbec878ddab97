"""Times in the format of WordPress: whole seconds without an offset, twice each."""

import re
from datetime import UTC, datetime, tzinfo

from tests.fakes.woocommerce.problems import Json
from tests.fakes.woocommerce.schema import Rule

_FORM = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d(:\d\d)?)?", re.ASCII)


def site(moment: datetime | None, zone: tzinfo) -> str | None:
    """Return a time as local time of the shop."""
    return None if moment is None else f"{moment.astimezone(zone):%Y-%m-%dT%H:%M:%S}"


def both(name: str, moment: datetime | None, zone: tzinfo) -> Json:
    """Return a time twice, as local time of the shop and in UTC."""
    return {name: site(moment, zone), f"{name}_gmt": site(moment, UTC)}


def _wrong(value: object, _place: str) -> str | None:
    if isinstance(value, str) and _FORM.fullmatch(value):
        try:
            datetime.fromisoformat(value)
        except ValueError:
            return "Invalid date."
        return None
    return "Invalid date."


DATE = Rule(check=_wrong)


def limit(value: str, zone: tzinfo, *, gmt: bool, shifts: bool) -> datetime:
    """Parse a time of a query.

    Without an offset it is local time of the shop, or UTC if requested. A time with an offset is
    converted to local time, which is then mistaken for UTC.
    """
    moment = datetime.fromisoformat(value.upper().replace(" ", "T"))
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC if gmt else zone)
    if gmt and shifts:
        return moment.astimezone(zone).replace(tzinfo=UTC)
    return moment
