"""The store and the accounts, opened for a command that runs tasks."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass

from ordosync.accounts.connections import Connections
from ordosync.cli.context import Context
from ordosync.cli.output import progress, render
from ordosync.cli.output.reasons import Failure
from ordosync.cli.output.runs import Failures
from ordosync.cli.signals import stoppable
from ordosync.clock import Clock
from ordosync.config.hosts import other_host_reason
from ordosync.config.settings import Config, PortalConfig
from ordosync.engine import (
    AlreadyRunning,
    Preview,
    Rehearsal,
    Stop,
    chosen,
    open_portal,
    register,
    run_task,
)
from ordosync.engine.diagnosis.advice import is_retryable
from ordosync.engine.portals import connect
from ordosync.engine.scheduling.timetable import unavailable_reason
from ordosync.errors import OrdosyncError, UsageError
from ordosync.store import Store
from ordosync.store.runs import Run, Trigger
from ordosync.store.step_rows import DISMISSED, StepRow
from ordosync.tasks import TASKS
from ordosync.tasks.base import Portal


@dataclass(frozen=True, kw_only=True)
class Session:
    """Everything that a run needs. `stop` is set by the first signal."""

    config: Config
    store: Store
    clock: Clock
    stop: Stop
    connections: Connections

    def open(self, portal: PortalConfig) -> Portal:
        """Open both accounts of a portal."""
        return open_portal(self.config, portal, self.store, self.connections)

    def run(
        self,
        task: str,
        portal: Portal,
        *,
        trigger: Trigger,
        only: Sequence[StepRow] | None = None,
        force: bool = False,
    ) -> Run | AlreadyRunning:
        """Run a task now; with `only`, retry these steps."""
        return run_task(
            TASKS[task],
            portal,
            self.store,
            self.clock,
            self.stop,
            trigger=trigger,
            only=only,
            force=force,
        )

    def preview(
        self,
        task: str,
        portal: PortalConfig,
        *,
        trigger: Trigger = "manual",
        only: Sequence[StepRow] | None = None,
        force: bool = False,
    ) -> Preview:
        """Preview a run of a task, in the session of a sandbox."""
        return Rehearsal(
            task=TASKS[task],
            open_portal=lambda: self.open(portal),
            store=self.store,
            clock=self.clock,
            stop=self.stop,
            trigger=trigger,
            only=only,
        ).preview(force=force)

    def failures(self, results: Sequence[Run | AlreadyRunning]) -> Failures:
        """Return what failed in each run, by the number of its order or its key, and before it."""
        runs = [run for run in results if isinstance(run, Run)]
        return Failures(
            reasons={run.id: self._reasons(run) for run in runs if run.counts.failed},
            earlier={run.id: self._failed_before(run) for run in runs},
        )

    def _failed_before(self, run: Run) -> int:
        steps = self.store.steps.failed(run.portal, run.task)
        return sum(step.last_run_id != run.id and step.code != DISMISSED for step in steps)

    def _reasons(self, run: Run) -> list[Failure]:
        steps = self.store.steps.failures(run.id)
        numbers = self.store.order_numbers(run.portal).of(
            [step.merchant_id or "" for step in steps]
        )
        return [
            Failure(
                subject=numbers.get(step.merchant_id or "") or step.merchant_id or step.key,
                reason=step.reason or step.code or "",
                step=step.id if is_retryable(step) else None,
            )
            for step in steps
        ]


@contextmanager
def open_session(context: Context) -> Iterator[Session]:
    """Open the store and the connections; signals end the runs cleanly."""
    config, clock = context.config, context.clock
    with (
        Store.open(config.database, clock=clock) as store,
        stoppable(clock) as stop,
        closing(connect(config, clock)) as connections,
        progress.shown(clock),
    ):
        register(config, store, clock)
        yield Session(config=config, store=store, clock=clock, stop=stop, connections=connections)


def portals_of_this_host(context: Context, names: Sequence[str]) -> list[PortalConfig]:
    """Return the portals whose accounts this host can use, and report the others.

    Raises `OrdosyncError` if a named portal runs on another host, or all of them do.
    """
    config = context.config

    def reason(portal: PortalConfig) -> str | None:
        return other_host_reason(config, portal)

    return _without_refused(chosen(config, names), reason, OrdosyncError, names)


def runnable_portals(context: Context, names: Sequence[str], task: str) -> list[PortalConfig]:
    """Return the portals that can run a task, and report those that cannot.

    Raises `UsageError` if a named portal cannot run it, or none can.
    """

    def reason(portal: PortalConfig) -> str | None:
        return unavailable_reason(portal, task)

    return _without_refused(portals_of_this_host(context, names), reason, UsageError, names)


def _without_refused(
    portals: Sequence[PortalConfig],
    reason: Callable[[PortalConfig], str | None],
    error: type[OrdosyncError],
    names: Sequence[str],
) -> list[PortalConfig]:
    """Return the portals without a reason against them, and report the others.

    Raises `error` if a portal was named that has a reason, or all have one.
    """
    reasons = [reason(portal) for portal in portals]
    refused = [why for why in reasons if why]
    if refused and (names or len(refused) == len(portals)):
        raise error(refused[0])
    for why in refused:
        render.message(f"left out: {why}")
    return [portal for portal, why in zip(portals, reasons, strict=True) if not why]
