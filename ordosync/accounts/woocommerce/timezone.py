"""Time zone of a shop: WordPress has its name, or only an offset."""

from zoneinfo import ZoneInfo

from ordosync.accounts.woocommerce.schema import SiteShape

_UNEVEN = {
    "-9.5": "Pacific/Marquesas",
    "3.5": "Asia/Tehran",
    "4.5": "Asia/Kabul",
    "5.5": "Asia/Kolkata",
    "5.75": "Asia/Kathmandu",
    "6.5": "Asia/Yangon",
    "8.75": "Australia/Eucla",
    "9.5": "Australia/Darwin",
}
"""Zones with these offsets in summer and winter. Zones of whole hours are named by their offset."""


def zone_of(site: SiteShape) -> str | None:
    """Return the name of the shop's time zone; None if no zone has its offset."""
    offset = str(site.gmt_offset).removesuffix(".0")
    name = site.timezone_string or _UNEVEN.get(offset, "")
    if not name and offset.lstrip("-").isdecimal():
        name = f"Etc/GMT{-int(offset):+d}" if int(offset) else "UTC"
    try:
        return ZoneInfo(name).key
    except (OSError, ValueError, KeyError):
        return None
