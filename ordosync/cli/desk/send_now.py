"""What is saved at the desk is sent to the Merchants by the same command, and told."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from ordosync.accounts.connections import Connections
from ordosync.cli.output import render
from ordosync.cli.signals import stoppable
from ordosync.clock import Clock
from ordosync.config.settings import Config, PortalConfig
from ordosync.embedded.desk import Desk
from ordosync.engine import AlreadyRunning, open_portal, register, run_task
from ordosync.engine.scheduling.timetable import can_run
from ordosync.models import Outcome
from ordosync.store import Store
from ordosync.store.runs import Run
from ordosync.store.steps import StepRow
from ordosync.tasks import TASKS

_FEW = 3


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What was saved, and what came of sending it."""

    outcomes: Sequence[Outcome]
    runs: list[Run] = field(default_factory=list)
    held: list[AlreadyRunning] = field(default_factory=list)
    failed: dict[int, list[StepRow]] = field(default_factory=dict)
    """The steps of each run that need a person."""


def at_once(
    config: Config,
    desk: Desk,
    tasks: Sequence[str],
    save: Callable[[], Sequence[Outcome]],
) -> Sent:
    """Save a change and send it to the Merchants; what is not sent now, `run-due` sends.

    The tasks are made due before the change is saved: should we die in between, a tick looks in
    vain, once. The other way round the change might wait for ten minutes.
    """
    clock = Clock()
    wanted = [
        (portal, task)
        for portal in config.portals.values()
        if portal.supplier.account == desk.name
        for task in tasks
        if can_run(config, portal, task)
    ]
    with (
        Store.open(config.database, clock=clock) as store,
        stoppable(clock) as stop,
        closing(Connections(clock)) as connections,
    ):
        register(config, store, clock)
        _wake(store, wanted, clock)
        sent = Sent(outcomes=save())
        if not any(outcome.state == "done" for outcome in sent.outcomes):
            return sent
        for portal, task in wanted:
            if stop.reason:
                break
            opened = open_portal(config, portal, store, connections)
            done = run_task(TASKS[task], opened, store, clock, stop, trigger="instant")
            if isinstance(done, AlreadyRunning):
                sent.held.append(done)
            elif done.is_kept:
                sent.runs.append(done)
                steps = store.steps.of_run(done.id)
                sent.failed[done.id] = [step for step in steps if step.state == "failed"]
            if isinstance(done, AlreadyRunning) or done.status in ("failed", "interrupted"):
                _wake(store, [(portal, task)], clock)
    return sent


def tell(sent: Sent, *, as_json: bool) -> int:
    """Say what was sent to the Merchants, and return the exit code."""
    behind = [run for run in sent.runs if run.status != "ok"]
    if as_json:
        render.document({"runs": [render.run_json(run) for run in sent.runs]})
        return int(bool(behind))
    if sent.runs:
        render.runs(sent.runs)
    for one in sent.held:
        render.message(
            f"{one.portal}: {one.task} is running already and sends it, or the next tick"
        )
    for run in behind:
        failed = sent.failed[run.id]
        if failed:
            render.message(_needs_a_person(run, failed))
        if run.counts.waiting or not failed:
            render.message(
                f"saved, but not all of it was sent to the Merchant yet: run-due tries again what"
                f" waits; `ordosync show {run.id}` says why"
            )
    return int(bool(behind))


def tells_of_tracking(config: Config, portal: PortalConfig) -> bool:
    """Whether the Merchant of a portal is told what was shipped; where it is not, say so."""
    if can_run(config, portal, "update-tracking"):
        return True
    render.message(f"account {portal.merchant.account} takes no tracking: the Merchant is not told")
    return False


def _needs_a_person(run: Run, failed: Sequence[StepRow]) -> str:
    reasons = "; ".join(f"{step.key}: {step.reason}" for step in failed[:_FEW])
    more = f"; and {len(failed) - _FEW} more" if len(failed) > _FEW else ""
    steps = " ".join(str(step.id) for step in failed[:_FEW])
    return (
        f"saved, but not all of it was sent to the Merchant: {reasons}{more}. That is not tried"
        f" again by itself: `ordosync show {run.id}` says all of it, and `ordosync retry {steps}`"
        " tries again what was mended"
    )


def _wake(store: Store, wanted: Sequence[tuple[PortalConfig, str]], clock: Clock) -> None:
    with store.transaction():
        for portal, task in wanted:
            store.schedule.wake(portal.name, task, now=clock.now())
