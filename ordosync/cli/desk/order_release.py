"""`orders release`: sends orders that are held, or lets edited ones be shipped."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from ordosync.cli import completion
from ordosync.cli.context import Context, with_context
from ordosync.cli.desk import batches, common, held_imports
from ordosync.cli.desk.account_choice import open_desk_of
from ordosync.cli.desk.batches import Batch, Numbers
from ordosync.cli.desk.input_files import File
from ordosync.cli.desk.input_rows import InputRow
from ordosync.cli.output import render
from ordosync.embedded.corrections import Corrections
from ordosync.embedded.desk import Desk
from ordosync.engine.scheduling.registration import register
from ordosync.errors import OrdosyncError, UsageError
from ordosync.models import Outcome
from ordosync.store import Store
from ordosync.store.step_rows import StepRow

_ACCEPTED = ("done", "unchanged")


@dataclass(frozen=True, kw_only=True)
class _Release:
    """An order that is held."""

    number: str
    at: StepRow | Desk
    """The step that holds it before its import, or its local account."""


@with_context(dry_run=True)
def release_order(
    number: Numbers = None,
    *,
    portal: Annotated[
        str | None,
        typer.Option(
            "--portal",
            help="Portal that holds them before the import.",
            autocompletion=completion.portal,
        ),
    ] = None,
    file: File = None,
    account: common.Account = None,
    context: Context,
) -> None:
    """End the hold of orders.

    An order that `hold:` keeps from the import is sent by the next import, although it does not
    meet the conditions. That is valid for this order only.

    In a local account: an order that the merchant edited can be shipped as it is. Agree with the
    merchant first: the edit is still open there. Only another edit holds it again.

    --from reads rows with the column number. Exits 1 if an order was refused.

    For example:
      ordosync orders release 1001
    """
    config, clock = context.config, context.clock
    if portal and account:
        raise UsageError("use either --portal or --account")
    if portal is not None and portal not in config.portals:
        raise UsageError(f"there is no portal {portal!r}; there is {', '.join(config.portals)}")
    rows = batches.rows_of(context, number or (), file, batches.NUMBERS_ONLY)
    with Store.open(config.database, clock=clock) as store:
        register(config, store, clock)
        batch = Batch.parse(
            file,
            batches.by_number(rows),
            lambda of: _request(context, store, of, portal, account),
        )
        outcomes = [_release(context, store, request) for request in batch.requests]
        results = list(zip(batch.requests, outcomes, strict=True))
        if not file and len(rows) == 1:
            _check_one(*results[0])
        _report(context, store, results)
    raise typer.Exit(batch.finish(context, outcomes))


def _request(
    context: Context,
    store: Store,
    rows: Sequence[InputRow],
    portal: str | None,
    account: str | None,
) -> _Release:
    number = batches.number_of(rows)
    step = None
    if account is None:
        step = held_imports.held_import(context, store, number, portal)
    if step:
        return _Release(number=number, at=step)
    desk, number = _opened(context, account, number)
    return _Release(number=number, at=desk)


def _opened(context: Context, account: str | None, number: str) -> tuple[Desk, str]:
    """Return the local account of an order, and its number there."""
    if not completion.local_accounts(context.config):
        why = f"`ordosync why {shlex.quote(number)}` shows its state"
        raise UsageError(f"no portal holds order {number!r} before its import; {why}")
    try:
        opened = open_desk_of(context.config, account, [number])
        return opened, common.order_to_change(opened, number).number
    except UsageError as error:
        if account is not None:
            raise
        raise UsageError(f"no portal holds order {number!r} before its import; {error}") from error


def _release(context: Context, store: Store, request: _Release) -> Outcome:
    if isinstance(request.at, Desk):
        return Corrections(request.at.file).release_order(request.number)
    return held_imports.release_import(context, store, request.at)


def _check_one(request: _Release, outcome: Outcome) -> None:
    """Raise an error if the only order was refused."""
    if isinstance(request.at, Desk):
        common.check_order(request.at, outcome, request.number)
    elif outcome.state not in _ACCEPTED:
        raise OrdosyncError(f"order {request.number} {outcome.reason}")


def _report(context: Context, store: Store, results: Sequence[tuple[_Release, Outcome]]) -> None:
    accepted = [result for result in results if result[1].state in _ACCEPTED]
    if context.as_json:
        render.document(_json(context, store, [request for request, _ in accepted]))
        return
    for request, outcome in accepted:
        if isinstance(request.at, Desk):
            change = "released" if outcome.state == "done" else "was not held"
            text = f"order {request.number} {change}"
        else:
            text = held_imports.as_text(store, request.at, outcome)
        render.message(text)


def _json(context: Context, store: Store, requests: Sequence[_Release]) -> dict[str, Any]:
    """Return the orders that were held before their import, and those of local accounts."""
    places = [(of.number, of.at) for of in requests]
    steps = [held_imports.as_json(store, at) for _, at in places if not isinstance(at, Desk)]
    orders = [
        document
        for number, at in places
        if isinstance(at, Desk)
        for document in batches.documents(context, at, [number])
    ]
    if not orders:
        return {"released": steps}
    return {"released": steps, "orders": orders} if steps else {"orders": orders}
