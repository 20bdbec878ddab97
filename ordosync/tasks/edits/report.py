"""The outcome of an edit that was to be written: its step, and the comments on both timelines."""

from msgspec.structs import replace

from ordosync.models import Outcome, refused
from ordosync.tasks.base import Portal, Result
from ordosync.tasks.edits.attempt import Attempt
from ordosync.tasks.edits.edit import EDITED, HELD
from ordosync.tasks.edits.texts import listed, remark
from ordosync.tasks.remarks import comment

_ASK = "tell the Supplier, or cancel it and order again"


def report(portal: Portal, attempt: Attempt) -> Result:
    """Add the comments of an attempt, and return its result."""
    if attempt.interrupted:
        return attempt.result(_interrupted(attempt, attempt.interrupted))
    if attempt.edit.is_taken_back and not attempt.left:
        return attempt.result(_taken_back(portal, attempt))
    if not attempt.left:
        return attempt.result(_applied(portal, attempt))
    return attempt.result(_left(portal, attempt))


def _interrupted(attempt: Attempt, outcome: Outcome) -> Outcome:
    named = listed(attempt.edit.groups) or "taken back"
    reason = f"was edited after it was sent ({named}); it is written again later: {outcome.reason}"
    return replace(outcome, reason=reason)


def _taken_back(portal: Portal, attempt: Attempt) -> Outcome:
    _comment(
        portal,
        attempt,
        "taken-back",
        "The edit is settled: the Supplier's order agrees with this one again",
        "The edit is settled: the Merchant's order agrees with this one again",
    )
    return Outcome(
        state="done",
        id=attempt.link.supplier_id,
        code="taken-back",
        reason="agrees with the Supplier's order again",
    )


def _applied(portal: Portal, attempt: Attempt) -> Outcome:
    named, warning = listed(attempt.applied), attempt.warning
    code = f" ({warning.code})" if warning else ""
    _comment(
        portal,
        attempt,
        "applied",
        f"Edited after it was sent ({named}); the Supplier's order has the edit now",
        f"The Merchant edited this order after it was sent ({named}); this order has the edit"
        f" now{code}",
    )
    more = f"; {warning.reason}" if warning else ""
    return Outcome(
        state="done",
        id=attempt.link.supplier_id,
        code=warning.code if warning else "",
        reason=f"was edited after it was sent ({named}); the Supplier's order has the edit"
        f" now{more}",
    )


def _left(portal: Portal, attempt: Attempt) -> Outcome:
    """Report the groups that are not settled."""
    named, problem = listed(attempt.left), attempt.problem
    code = f" ({attempt.warning.code})" if attempt.warning else ""
    done = f"{listed(attempt.applied)} applied at the Supplier{code}; " if attempt.applied else ""
    text = f"was edited after it was sent ({named}); {done}"
    if problem:
        what = f"not applied: {problem.reason}"
        _comment(
            portal,
            attempt,
            "not-applied",
            f"Edited after it was sent ({named}); not applied at the Supplier ({problem.code})",
            f"The Merchant edited this order after it was sent ({named}); the edit is not in this"
            f" order ({problem.code})",
        )
        if attempt.is_held:
            what += "; the Supplier's order is held"
        return refused(problem.code, f"{text}{what}; {_ASK}")
    if attempt.is_held:
        _comment(
            portal,
            attempt,
            "held",
            f"Edited after it was sent ({named}); the Supplier's order is held until the edit is"
            " settled",
            f"The Merchant edited this order after it was sent ({named}); do not ship it: it is"
            " held until the edit is settled",
        )
        return refused(HELD, f"{text}the Supplier's order is held: apply the edit, or keep it")
    _comment(
        portal,
        attempt,
        EDITED,
        f"Edited after it was sent ({named}); edits are not sent: {_ASK}",
        f"The Merchant edited this order after it was sent ({named}); the edit was not sent",
    )
    return refused(EDITED, f"{text}edits are not sent: {_ASK}")


def _comment(
    portal: Portal, attempt: Attempt, kind: str, at_merchant: str, at_supplier: str
) -> None:
    comment(portal, [remark(attempt.step, kind, at_merchant, at_supplier)])
