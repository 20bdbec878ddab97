"""The next step of an order whose import was skipped, as text, by the code."""

from ordosync.engine.diagnosis.advice import release_command
from ordosync.engine.diagnosis.next_attempt import Due, next_run
from ordosync.engine.diagnosis.order_facts import OrderFacts
from ordosync.store.step_rows import DISMISSED, HOLD, StepRow

_ADVICE = {
    "before-since": "nothing; to send it, set an earlier `since:` in portal {portal}, then {retry}",
    "no-lines": "nothing: none of its lines matches `products: skus:` of portal {portal}; to send"
    " a line, add its SKU there, then {retry}",
    "nothing-to-ship": "nothing: it has nothing to ship at {shop}; it is sent once that changes",
    "test-order": "nothing: it was placed as a test at {shop}",
    "split-after-import": "nothing: the Supplier has the order that it was split from",
    "cancelled": "nothing: {shop} cancelled it before it was sent",
    "withdrawn": "nothing: it is sent if a newer file of {shop} has it; after a newer file was"
    " removed: {retry}",
    DISMISSED: "nothing: it was dismissed; to send it nevertheless: {retry}",
}


def after_skip(facts: OrderFacts, step: StepRow, due: Due) -> str:
    """Return what is done after the import of an order was skipped."""
    portal, code = facts.portal, step.code or ""
    if code == "gone" and facts.is_requested:
        return next_run("import-orders", portal.name, due)
    retry = f"`ordosync retry {step.id}`"
    advice = _ADVICE.get(code, "nothing; after the cause has changed: {retry}")
    text = advice.format(shop=portal.merchant.name, portal=portal.name, retry=retry)
    if code == DISMISSED and _was_held(facts):
        # The conditions of the portal still count: a retry judges the order again.
        return f"{text} and, if it is held again, `{release_command(step)}`"
    return text


def _was_held(facts: OrderFacts) -> bool:
    """True if a rule of the portal held the order when it was dismissed last."""
    imports = [each for each in facts.dismissals if each.task == "import-orders"]
    return bool(imports) and imports[-1].code.startswith(HOLD)
