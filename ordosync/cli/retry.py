"""`retry`: steps that are waiting or have failed are tried again now."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from ordosync.cli import completion, options
from ordosync.cli.confirm import Yes, confirm
from ordosync.cli.context import Context, with_context
from ordosync.cli.desk.input_rows import undamaged
from ordosync.cli.output import previews as render_previews
from ordosync.cli.output import render
from ordosync.cli.output import runs as render_runs
from ordosync.cli.retry_targets import named
from ordosync.cli.session import Session, open_session
from ordosync.config.settings import PortalConfig
from ordosync.engine import AlreadyRunning
from ordosync.engine.execution.resolve import (
    acknowledge,
    check_sent,
    is_creation,
    settle_as_not_sent,
    settle_as_sent,
    settle_write,
)
from ordosync.errors import UsageError
from ordosync.store import Store
from ordosync.store.concerns import step_key
from ordosync.store.runs import Run
from ordosync.store.step_rows import DISMISSED, StepRow
from ordosync.tasks.base import Portal


@with_context()
def retry(
    steps: Annotated[
        list[str] | None,
        typer.Argument(metavar="[STEP|ORDER]...", autocompletion=completion.number),
    ] = None,
    *,
    every: Annotated[
        bool, typer.Option("--all", help="Retry every step that is waiting or has failed.")
    ] = False,
    sent: Annotated[
        str | None,
        typer.Option(
            "--sent", metavar="ID", help="It arrived with this id, which the account must confirm."
        ),
    ] = None,
    not_sent: Annotated[
        bool, typer.Option("--not-sent", help="It never arrived: send it now.")
    ] = False,
    dry_run: options.DryRun = False,
    yes: Yes = False,
    context: Context,
) -> None:
    """Retry steps that are waiting or have failed.

    `ordosync show RUN` lists them. The number of an order means all its steps that can be retried;
    `step:17` is the step if an order has the number 17, too.

    An order is read from its source again, so corrections there are included. A write of unknown
    outcome is looked up before it is sent again. A step that a rule skipped is retried if you name
    it. Exits 1 if a step fails again.

    For example:
      ordosync retry 17
    """
    _check_options(steps or [], every=every, sent=sent, not_sent=not_sent)
    if dry_run:
        _preview(context, steps or [], sent=sent, not_sent=not_sent)
        return
    if sent is not None:
        confirm(context, f"record that it arrived as {sent}? It is not sent again", yes=yes)
    elif not_sent:
        confirm(context, "send it again? If it did arrive, it is there twice", yes=yes)
    with open_session(context) as session:
        rows, settled = _settled(session, steps or [], sent=sent, not_sent=not_sent)
        if not rows and not settled and not context.as_json:
            render.message("no step is waiting or has failed; `ordosync activity` shows the runs")
        results = [_retry(session, group) for group in _by_task(rows)]
        _reopen(session.store, [row.id for row in rows])
        failures = session.failures(results)
    with render.adding(lambda: {"settled": settled}):
        render_runs.show_results(results, failures, as_json=context.as_json, stop=session.stop)


def _preview(context: Context, steps: Sequence[str], *, sent: str | None, not_sent: bool) -> None:
    """Preview what a retry would do; without steps, of all. Exits as the retry would."""
    with context.sandboxed() as copies, open_session(context) as session:
        rows, settled = _settled(session, steps, sent=sent, not_sent=not_sent)
        previews = [
            session.preview(
                group[0].task, _portal_of(session, group[0]), trigger="retry", only=group
            )
            for group in _by_task(rows)
        ]
    with render.adding(lambda: {"settled": settled}):
        render_previews.show(previews, copies, as_json=context.as_json, stop=session.stop)


def _check_options(steps: Sequence[str], *, every: bool, sent: str | None, not_sent: bool) -> None:
    if every == bool(steps):
        raise UsageError("give the steps or orders to retry, or use --all")
    if (sent or not_sent) and (every or len(steps) != 1 or (sent and not_sent)):
        raise UsageError("use either --sent ID or --not-sent, and give exactly one step")


def _all_open(store: Store) -> Sequence[StepRow]:
    """Return the waiting and failed steps; dismissed and held ones only if the user names them."""
    rows = store.steps.open()
    return [row for row in rows if row.code != DISMISSED and row.state != "held"]


def _one(rows: Sequence[StepRow]) -> StepRow:
    """Return the only step. Raises `UsageError` if an order has several."""
    if len(rows) > 1:
        steps = ", ".join(f"{row.id} ({row.task})" for row in rows)
        raise UsageError(f"--sent and --not-sent need one step; the order has {steps}")
    return rows[0]


def _settled(
    session: Session, steps: Sequence[str], *, sent: str | None, not_sent: bool
) -> tuple[Sequence[StepRow], dict[str, Any] | None]:
    """Settle the step of `--sent` or `--not-sent`; return the steps to retry, and that one."""
    rows = named(session.config, session.store, steps) if steps else _all_open(session.store)
    if sent is None and not not_sent:
        return rows, None
    row, note = _one(rows), None
    if sent is not None:
        sent_id = undamaged(sent, "id")
        if not is_creation(row) and settle_write(_open_portal_of(session, row), row, sent=True):
            # The account answers a retry as it answers a write that was made before.
            rows = [row]
        else:
            note, rows = _settle_as_sent(session, row, sent_id), []
    else:
        rows = _settle_as_not_sent(session, row)
    [after] = session.store.steps.get([row.id])
    return rows, _settled_json(after, sent, note)


def _settled_json(row: StepRow, sent_id: str | None, note: str | None) -> dict[str, Any]:
    return {
        "step": row.id,
        "portal": row.portal,
        "task": row.task,
        "key": row.key,
        "state": row.state,
        "sent_as": sent_id,
        "note": note,
    }


def _settle_as_sent(session: Session, row: StepRow, sent_id: str) -> str | None:
    """Record that a step has arrived; return what else is to be done."""
    portal = _open_portal_of(session, row)
    arrival = check_sent(portal, session.store, row, sent_id)
    settle_write(portal, row, sent=True)
    sender = settle_as_sent(session.store, row, sent_id, arrival, now=session.clock.now())
    render.message(f"step {row.id}: settled as sent, {sent_id}")
    note = f"{sender}; cancel one of the two orders, so that nothing is sent twice"
    if sender:
        render.message(note)
    acknowledge(portal, arrival)
    return note if sender else None


def _settle_as_not_sent(session: Session, row: StepRow) -> Sequence[StepRow]:
    """Return the step to send now; empty if its order stays as it was sent."""
    settle_write(_open_portal_of(session, row), row, sent=False)
    step = settle_as_not_sent(session.store, row, now=session.clock.now())
    if step is None:
        render.message(f"step {row.id}: closed; the order stays as it was sent")
        return []
    return [step]


def _by_task(rows: Sequence[StepRow]) -> list[list[StepRow]]:
    groups: dict[tuple[str, str], list[StepRow]] = {}
    for row in rows:
        groups.setdefault((row.portal, row.task), []).append(row)
    return list(groups.values())


def _retry(session: Session, rows: Sequence[StepRow]) -> Run | AlreadyRunning:
    portal = _open_portal_of(session, rows[0])
    return session.run(rows[0].task, portal, trigger="retry", only=rows)


def _open_portal_of(session: Session, row: StepRow) -> Portal:
    return session.open(_portal_of(session, row))


def _portal_of(session: Session, row: StepRow) -> PortalConfig:
    portals = session.config.portals
    if row.portal not in portals:
        raise UsageError(
            f"portal {row.portal} of step {row.id} is not in the configuration; restore it, or add"
            f" `was: {row.portal}` to the portal that replaces it"
        )
    return portals[row.portal]


def _reopen(store: Store, ids: Sequence[int]) -> None:
    """Withdraw the dismissals of steps that were retried."""
    retried = store.steps.get(ids)
    with store.transaction():
        store.concerns.take_back(
            step_key(row.portal, row.task, row.key) for row in retried if row.code != DISMISSED
        )
