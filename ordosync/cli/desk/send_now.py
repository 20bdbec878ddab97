"""Saves a change in a local account, and sends it to the Merchants in the same command."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ordosync.cli.context import Context
from ordosync.cli.desk import common
from ordosync.cli.output import render
from ordosync.cli.output import runs as render_runs
from ordosync.cli.session import Session, open_session
from ordosync.config.settings import PortalConfig
from ordosync.embedded.desk import Desk
from ordosync.engine import AlreadyRunning
from ordosync.engine.diagnosis.advice import is_retryable
from ordosync.engine.scheduling.timetable import can_run
from ordosync.models import Outcome
from ordosync.store.runs import Run
from ordosync.store.step_rows import StepRow

SHIPPING_TASKS = ("split-order", "update-tracking")
_FEW = 3


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """The saved changes, and the runs that sent them."""

    outcomes: Sequence[Outcome]
    runs: list[Run] = field(default_factory=list)
    held: list[AlreadyRunning] = field(default_factory=list)
    failed: dict[int, list[StepRow]] = field(default_factory=dict)
    """The failed steps of each run."""
    parcels: set[str] = field(default_factory=set)
    """The ids of the parcels that a Merchant has received."""
    is_preview: bool = False
    """True if the runs were those of a dry run, which no log has."""
    signal: int | None = None
    """The signal that ended the sending; None if there was none."""


def save_and_send(
    context: Context,
    desk: Desk,
    tasks: Sequence[str],
    save: Callable[[], Sequence[Outcome]],
    *,
    woken: Sequence[str] = (),
) -> Delivery:
    """Save a change and send it to the Merchants. `run-due` sends the rest later.

    `woken` are tasks that only `run-due` runs, at its next call.

    The tasks are marked as due before the change is saved. If the process is killed in between,
    one run finds nothing. In the opposite order, the change could wait for ten minutes.
    """
    due = _runnable(context, desk, tasks)
    with open_session(context) as session:
        _wake(session, [*due, *_runnable(context, desk, woken)])
        delivery = Delivery(outcomes=save(), is_preview=context.is_dry_run)
        if not any(outcome.state == "done" for outcome in delivery.outcomes):
            return delivery
        for portal, task in due:
            if session.stop.signals:
                break
            _send(session, portal, task, delivery)
        return replace(delivery, signal=session.stop.signal)


def _runnable(context: Context, desk: Desk, tasks: Sequence[str]) -> list[tuple[PortalConfig, str]]:
    portals = common.portals_from(context.config, desk)
    return [(portal, task) for portal in portals for task in tasks if can_run(portal, task)]


def _send(session: Session, portal: PortalConfig, task: str, delivery: Delivery) -> None:
    result = session.run(task, session.open(portal), trigger="instant")
    if isinstance(result, AlreadyRunning):
        delivery.held.append(result)
    elif result.is_kept:
        delivery.runs.append(result)
        steps = session.store.steps.of_run(result.id)
        delivery.failed[result.id] = [step for step in steps if step.state == "failed"]
        sent = [step for step in steps if (step.task, step.state) == ("update-tracking", "done")]
        delivery.parcels.update(step.supplier_id for step in sent if step.supplier_id)
    if isinstance(result, AlreadyRunning) or result.status in ("failed", "interrupted"):
        _wake(session, [(portal, task)])


def report(delivery: Delivery, *, as_json: bool, changes: render.Fields) -> int:
    """Show the runs that sent the changes; return the exit code. `changes` are for the document."""
    not_ok = [run for run in delivery.runs if run.status != "ok"]
    code = 128 + delivery.signal if delivery.signal else int(bool(not_ok))
    if as_json:
        render.document({**changes(), **_sent_json(delivery)})
        return code
    if delivery.runs and not delivery.is_preview:
        render_runs.show_runs(delivery.runs)
    for held in delivery.held:
        render.message(
            f"{held.portal}: {held.task} is running already; that run or the next one sends it"
        )
    for run in not_ok:
        failed = delivery.failed[run.id]
        if failed:
            render.message(_failed_text(run, failed))
        if run.counts.waiting or not failed:
            render.message(
                "saved, but not everything was sent to the Merchant yet; run-due retries the"
                f" rest; `ordosync show {run.id}` shows the reason"
            )
    return code


def _sent_json(delivery: Delivery) -> dict[str, Any]:
    running = [held.run for held in delivery.held if held.run]
    return {
        "runs": [render_runs.run_json(run) for run in [*delivery.runs, *running]],
        "failed": [
            {
                "run": run_id,
                "step": step.id,
                "key": step.key,
                "code": step.code,
                "reason": step.reason,
            }
            for run_id, steps in delivery.failed.items()
            for step in steps
        ],
    }


def sends_tracking(portal: PortalConfig) -> bool:
    """True if the Merchant of a portal receives tracking numbers."""
    return can_run(portal, "update-tracking")


def warn_without_tracking(portal: PortalConfig) -> bool:
    """True if the Merchant of a portal receives tracking numbers; otherwise print a message."""
    if sends_tracking(portal):
        return True
    render.message(
        f"account {portal.merchant.account} cannot receive tracking numbers, so the Merchant is"
        " not notified"
    )
    return False


def _failed_text(run: Run, failed: Sequence[StepRow]) -> str:
    reasons = "; ".join(
        f"{step.key}: {(step.reason or step.code or '').rstrip('.')}" for step in failed[:_FEW]
    )
    more = f"; and {len(failed) - _FEW} more" if len(failed) > _FEW else ""
    steps = " ".join(str(step.id) for step in failed[:_FEW] if is_retryable(step))
    after = f"and after a fix `ordosync retry {steps}` sends them"
    return (
        f"saved, but not everything was sent to the Merchant: {reasons}{more}. These steps are not"
        f" retried automatically; `ordosync show {run.id}` lists them,"
        f" {after if steps else 'and `ordosync attention` shows what to do'}"
    )


def _wake(session: Session, due: Sequence[tuple[PortalConfig, str]]) -> None:
    with session.store.transaction():
        now = session.clock.now()
        for portal, task in due:
            session.store.schedule.wake(portal.name, task, now=now)
