"""Marks of shortage reports in comments of a service, which identifies comments only by their text.

A shortage may end and begin again, and its report then has the same text and another key.
"""

import hashlib

from ordosync.shortages import ShortageReport


def mark_of(report: ShortageReport) -> str:
    """Return a short text that identifies the key of a report."""
    return f"[{hashlib.blake2b(report.key.encode(), digest_size=4).hexdigest()}]"


def text_of(report: ShortageReport) -> str:
    """Return the comment of a report."""
    return f"{report.text} {mark_of(report)}"
