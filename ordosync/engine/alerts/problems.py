"""The problems to report: the entries of `attention`, those of one outage as a single problem."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ordosync.config.settings import PortalConfig
from ordosync.engine.diagnosis.attention_entry import Attention
from ordosync.engine.diagnosis.feed_ages import STALE, STALE_SOON
from ordosync.errors import SignInError, UnavailableError, UnknownOutcomeError
from ordosync.store.concerns import Severity
from ordosync.tasks import TASKS

_OF_ACCOUNT = (UnavailableError.code, UnknownOutcomeError.code, SignInError.code)
"""Codes of failed runs that concern the account, and not what one task reads."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One problem, which is reported when it starts, while it lasts, and when it is over."""

    key: str
    entries: tuple[Attention, ...]
    """The oldest comes first."""

    @property
    def first(self) -> Attention:
        """The oldest entry."""
        return self.entries[0]

    @property
    def severity(self) -> Severity:
        """The highest severity of its entries."""
        is_critical = any(entry.severity == "critical" for entry in self.entries)
        return "critical" if is_critical else "normal"

    @property
    def subject(self) -> str:
        """The order, product or file, and the number of others."""
        others = len(self.entries) - 1
        return f"{self.first.subject} and {others} more" if others else self.first.subject


def problems_of(
    entries: Iterable[Attention], portals: Mapping[str, PortalConfig]
) -> Mapping[str, Problem]:
    """Return the problems by key. Those of severity low are only in the digest."""
    groups: defaultdict[str, list[Attention]] = defaultdict(list)
    for entry in entries:
        if entry.needs_you:
            groups[_key(entry, portals)].append(entry)
    return {key: Problem(key=key, entries=_sorted(group)) for key, group in groups.items()}


def worse_key(key: str) -> str:
    """Return the key of the problem that takes the place of another one; empty if none does."""
    code, colon, subject = key.partition(":")
    return f"{STALE}{colon}{subject}" if code == STALE_SOON else ""


def _key(entry: Attention, portals: Mapping[str, PortalConfig]) -> str:
    """Return the key of an entry, or of the outage of an account that it is a part of.

    While an account is down, each task of all its portals fails, and each order waits. All that is
    one problem; otherwise each portal would report it, and each hour more orders.
    """
    if entry.code in (STALE, STALE_SOON):
        # Several portals may read the same files.
        return f"{entry.code}:{entry.subject}"
    is_task = entry.key == f"{entry.portal}:{entry.task}"
    waits = entry.code == UnavailableError.code and entry.severity == "normal"
    if not (waits or (is_task and entry.code in _OF_ACCOUNT)):
        return entry.key
    portal = portals[entry.portal]
    if is_task:
        accounts = [portal.merchant.account, portal.supplier.account]
        accounts = [name for name in accounts if entry.reason.startswith(f"account {name}: ")]
    else:
        is_merchant = TASKS[entry.task].writes_to == "merchant"
        accounts = [portal.merchant.account if is_merchant else portal.supplier.account]
    kind = "sign-in" if entry.code == SignInError.code else "outage"
    # The run may have failed before it asked an account.
    return f"{kind}:{accounts[0]}" if accounts else entry.key


def _sorted(entries: Sequence[Attention]) -> tuple[Attention, ...]:
    return tuple(sorted(entries, key=lambda entry: entry.since))
