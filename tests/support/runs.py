"""One run of a task through the real engine, with a virtual clock."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from ordosync.accounts.connections import Connections
from ordosync.config import load_config
from ordosync.engine import Preview, Rehearsal, Stop, open_portal, register, run_task
from ordosync.engine.sandbox import sandbox
from ordosync.store import Store
from ordosync.store.runs import Run
from ordosync.store.step_rows import StepRow
from ordosync.tasks import TASKS
from tests.support.clock import VirtualClock


@dataclass(frozen=True, kw_only=True)
class Ran:
    """A run that has ended, and the steps that it planned or tried."""

    run: Run
    steps: tuple[StepRow, ...]

    @property
    def counts(self) -> dict[str, int]:
        """The counts of the run, without zeros."""
        names = ("done", "unchanged", "skipped", "waiting", "failed")
        return {name: getattr(self.run.counts, name) for name in names if self.count(name)}

    def count(self, name: str) -> int:
        """Return one count."""
        count: int = getattr(self.run.counts, name)
        return count

    @property
    def step(self) -> StepRow:
        """The only step."""
        [step] = self.steps
        return step


def run_once(
    path: Path,
    task: str,
    portal: str,
    clock: VirtualClock,
    *,
    only: Sequence[StepRow] | None = None,
    may_fail: bool = False,
) -> Ran:
    """Run a task as `path` configures it, or retry only these steps, like an operator."""
    ran = run_unless_running(path, task, portal, clock, only=only)
    assert ran is not None, "another process holds the lease"
    assert may_fail or ran.run.error is None, ran.run.error
    return ran


def run_unless_running(
    path: Path,
    task: str,
    portal: str,
    clock: VirtualClock,
    *,
    only: Sequence[StepRow] | None = None,
) -> Ran | None:
    """Run a task; return None if another process holds the lease."""
    config = load_config(path)
    with Store.open(config.database) as store, closing(Connections(clock)) as connections:
        register(config, store, clock)
        opened = open_portal(config, config.portals[portal], store, connections)
        run = run_task(
            TASKS[task],
            opened,
            store,
            clock,
            Stop(clock),
            trigger="manual" if only is None else "retry",
            only=only,
        )
        if not isinstance(run, Run):
            return None
        return Ran(run=run, steps=tuple(store.steps.of_run(run.id)))


def previewed(
    path: Path, task: str, portal: str, clock: VirtualClock, *, force: bool = False
) -> Preview:
    """Return the dry run of a task as `path` configures it."""
    with (
        sandbox(load_config(path)) as copies,
        Store.open(copies.config.database) as store,
        closing(Connections(clock)) as connections,
    ):
        config = copies.config
        register(config, store, clock)
        return Rehearsal(
            task=TASKS[task],
            open_portal=lambda: open_portal(config, config.portals[portal], store, connections),
            store=store,
            clock=clock,
            stop=Stop(clock),
        ).preview(force=force)
