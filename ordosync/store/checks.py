"""A check of the machine or of the database, for `health -v` and `config check --online`."""

from dataclasses import dataclass
from typing import Literal

CALLERS = "workers"
"""The check that a worker is alive, or that cron calls."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """The result of one check."""

    name: str
    state: Literal["ok", "warning", "trouble"]
    text: str
