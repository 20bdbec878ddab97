"""SKUs of lines that an edit adds: like those of a new order, they are not guessed or created."""

from collections.abc import Sequence

from ordosync.accounts.account import outcome_of
from ordosync.models import Outcome
from ordosync.tasks.base import Portal
from ordosync.tasks.edits.attempt import Attempt, interrupt
from ordosync.tasks.edits.edit import Problem
from ordosync.tasks.sku_maps.matching import NEARLY, SentSku, SkuMatching


def check_added_skus(portal: Portal, attempts: Sequence[Attempt]) -> None:
    """Refuse the lines of edits that add a SKU which the Supplier has only nearly.

    With `unknown_sku: hold`, refuse also those of an unknown SKU.
    """
    added = {id(attempt): skus for attempt in attempts if (skus := _added(attempt))}
    if not added:
        return
    matchings: list[SkuMatching] = []

    def read(_: None) -> Outcome:
        matchings.append(SkuMatching(portal, [sku for skus in added.values() for sku in skus]))
        return Outcome(state="done")

    adding = [attempt for attempt in attempts if id(attempt) in added]
    interrupt(adding, outcome_of(None, read))
    for attempt in adding if matchings else ():
        if problem := _problem(portal, added[id(attempt)], matchings[0]):
            attempt.plan = None
            attempt.refuse(problem, ("lines",))


def _added(attempt: Attempt) -> Sequence[SentSku]:
    lines = attempt.plan.added if attempt.plan else ()
    return [SentSku(line.own_sku, line.sku, bool(line.merchant_sku)) for line in lines]


def _problem(portal: Portal, skus: Sequence[SentSku], matching: SkuMatching) -> Problem | None:
    if reason := matching.problem(skus):
        return Problem(code=NEARLY, reason=reason)
    if portal.config.unknown_sku == "hold" and (unknown := matching.unknown(skus)):
        names = ", ".join(f'"{sku}"' for sku in unknown)
        return Problem(
            code="unknown-sku", reason=f"SKU {names} is neither in the SKU map nor at the Supplier"
        )
    return None
