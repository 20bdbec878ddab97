"""Checks of options that several kinds of account have."""

import difflib
from collections.abc import Sequence
from zoneinfo import ZoneInfo, available_timezones

_FEW = 3


def check_url(option: str, url: str) -> None:
    """Raise `ValueError` if this is not the URL of a service."""
    if not url.startswith(("https://", "http://")):
        raise ValueError(f"{option}: must begin with https://")


def check_timezone(name: str | None) -> None:
    """Raise `ValueError` if this is not the name of a time zone; None is valid."""
    if name is None:
        return
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        hint = _similar_zone(name)
        raise ValueError(f"timezone: {name!a} is not a known time zone{hint}") from None


def _similar_zone(name: str) -> str:
    """Return a hint with the time zone of this city, or the one with the most similar name."""
    # Listing all zones reads a folder, and only a mistake needs it.
    zones = sorted(available_timezones())
    city = name.strip().replace(" ", "_").casefold()
    near = [zone for zone in zones if zone.casefold().rpartition("/")[2] == city]
    near = near or difflib.get_close_matches(name, zones, n=1)
    return f"; did you mean {near[0]}?" if near else "; write a name such as Europe/London"


def check_concurrency(concurrency: int) -> None:
    """Raise `ValueError` if no request would be allowed."""
    if concurrency < 1:
        raise ValueError("concurrency: must be 1 or more")


def backorders_text(skus: Sequence[str], asked: int) -> str:
    """Describe products that a shop sells although it has none; empty if there are none."""
    if not skus:
        return ""
    few = ", ".join(skus[:_FEW]) + (", ..." if len(skus) > _FEW else "")
    return (
        f"sells below 0: {len(skus)} of {asked} linked products allow back-orders ({few});"
        " quantities are written, and this setting is not"
    )
