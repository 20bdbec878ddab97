"""An entry of the list of concerns that `attention` shows."""

from dataclasses import dataclass
from datetime import datetime

from ordosync.store.concerns import Severity


@dataclass(frozen=True, kw_only=True)
class Attention:
    """A concern that an operator should look at."""

    key: str
    """Stable: the same problem has the same key."""
    severity: Severity
    code: str
    content: str
    """A digest of the problem; a dismissal is valid until it changes."""
    since: datetime
    portal: str
    task: str
    subject: str
    """The order, product or file, by the name in its account."""
    reason: str
    command: str
    """The command that settles or shows it."""
    step: int | None = None
    supplier: str | None = None
    dismissed_at: datetime | None = None
    note: str = ""
    """The note of its dismissal, also of an earlier one if it has changed since."""

    @property
    def needs_you(self) -> bool:
        """True if it is open and its severity is not low."""
        return self.dismissed_at is None and self.severity != "low"
