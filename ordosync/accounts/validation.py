"""Checks of options that several kinds of account have."""

from zoneinfo import ZoneInfo


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
        raise ValueError(f"timezone: {name!a} is not a known time zone") from None


def check_concurrency(concurrency: int) -> None:
    """Raise `ValueError` if no request would be allowed."""
    if concurrency < 1:
        raise ValueError("concurrency: must be 1 or more")
