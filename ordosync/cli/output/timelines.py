"""Timelines: what happened to an order or a product, one entry per line."""

import sys
from collections.abc import Sequence
from datetime import datetime

from ordosync.cli.output.render import local, result

_NOW = "now"


def show_timeline(entries: Sequence[tuple[datetime | None, str]]) -> None:
    """Show entries with their times; without a time, it is now.

    A terminal shows the time zone once, in a heading, unless summer time changes it in between.
    """
    times = [local(at) if at else _NOW for at, _ in entries]
    zones = {time.rpartition(" ")[2] for time in times if time != _NOW}
    if sys.stdout.isatty() and len(zones) == 1:
        zone = zones.pop()
        result(f"timeline ({zone})")
        times = [time.removesuffix(f" {zone}") for time in times]
    for time, (_, text) in zip(times, entries, strict=True):
        result(f"{time}  {text}", wrapped=True)
