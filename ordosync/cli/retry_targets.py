"""The steps that `retry` means: those of its numbers of steps and orders."""

from collections.abc import Iterator, Sequence

from ordosync.config.settings import Config, PortalConfig
from ordosync.engine.diagnosis.advice import is_retryable
from ordosync.errors import UsageError
from ordosync.store import Store
from ordosync.store.step_rows import StepRow

_FINAL_SKIPS = ("edited", "mended")
"""Codes of skipped steps that stay skipped under any rules."""
_PRODUCT_TASKS = ("import-products", "write-inventory-back")
_STEP = "step:"
"""Prefix of the number of a step that is also the number of an order."""


def named(config: Config, store: Store, words: Sequence[str]) -> Sequence[StepRow]:
    """Return the steps to retry. Raises `UsageError` if there are none of a word."""
    rows = {row.id: row for word in words for row in _steps(config, store, word)}
    return list(rows.values())


def _steps(config: Config, store: Store, word: str) -> Sequence[StepRow]:
    step = _step(store, word.removeprefix(_STEP))
    if word.startswith(_STEP):
        return [_checked(step, word.removeprefix(_STEP))]
    of_order = list(_of_order(config, store, word))
    if step is None and not of_order:
        raise UsageError(
            f"there is no step {word}, and no order {word} has a step to retry; `ordosync why"
            f" {word}` shows the state of the order, and `ordosync show RUN` lists the steps"
        )
    if step is None or (of_order and _is_settled(step)):
        return _retryable(of_order, word)
    if of_order and step.id not in [row.id for row in of_order]:
        ids = " ".join(str(row.id) for row in of_order)
        raise UsageError(
            f"{word} is the number of a step and of an order: `ordosync retry {ids}` retries the"
            f" order, `ordosync retry {_STEP}{word}` the step"
        )
    return [_checked(step, word)]


def _step(store: Store, text: str) -> StepRow | None:
    # SQLite has no larger integers.
    is_number = text.isascii() and text.isdecimal() and int(text) < 2**63
    return next(iter(store.steps.get([int(text)])), None) if is_number else None


def _checked(row: StepRow | None, text: str) -> StepRow:
    if row is None:
        raise UsageError(f"there is no step {text}; `ordosync show RUN` lists the steps")
    if _is_settled(row):
        raise UsageError(
            f"step {row.id} is {row.state}; there is nothing to retry;"
            f" `ordosync why {row.merchant_id or row.key}` shows its history"
        )
    return row


def _is_settled(row: StepRow) -> bool:
    return row.state == "done" or (row.state == "skipped" and row.code in _FINAL_SKIPS)


def _of_order(config: Config, store: Store, number: str) -> Iterator[StepRow]:
    """Yield the steps to retry of the orders with this number in one of their accounts.

    Steps that a rule skipped are retried only if there are no others.
    """
    rows = [
        row
        for portal in config.portals.values()
        for id_ in merchant_ids(store, portal, number)
        for row in store.steps.of_merchant(portal.name, id_)
        if row.task not in _PRODUCT_TASKS and not _is_settled(row)
    ]
    yield from [row for row in rows if row.state != "skipped"] or rows


def merchant_ids(store: Store, portal: PortalConfig, number: str) -> Sequence[str]:
    """Return the ids that the Merchant's orders with this number, in either account, may have."""
    link = store.links(portal.name).of_supplier("order", [number]).get(number)
    linked = [link.merchant_id] if link else []
    return list(dict.fromkeys((number, *linked, *store.order_numbers(portal.name).ids(number))))


def _retryable(rows: Sequence[StepRow], number: str) -> Sequence[StepRow]:
    retryable = [row for row in rows if row.state != "failed" or is_retryable(row)]
    if not retryable:
        raise UsageError(
            f"a retry does not settle order {number}; `ordosync why {number}` shows what does"
        )
    return retryable
