"""`--send` of manual commands: runs the task that sends a change, in the same command.

`fetch_option.py` has its counterpart `--fetch`, which runs tasks before a list is made.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ordosync.cli.context import Context
from ordosync.cli.output import runs as render_runs
from ordosync.config.settings import PortalConfig
from ordosync.errors import UsageError
from ordosync.store.runs import Run

if TYPE_CHECKING:
    from ordosync.cli.session import Session
    from ordosync.engine import AlreadyRunning

Send = Annotated[
    bool, typer.Option("--send", help="Run the task that sends it, in the portals of the account.")
]


@dataclass(frozen=True, kw_only=True)
class Request:
    """A task to run after a change, in these portals; none without `--send`."""

    task: str
    portals: tuple[PortalConfig, ...]

    @classmethod
    def of(
        cls, context: Context, task: str, is_of: Callable[[PortalConfig], bool], *, send: bool
    ) -> "Request":
        """Return the request of an account. Raises `UsageError` if it has no such portal."""
        from ordosync.engine.scheduling.timetable import can_run  # noqa: PLC0415 - see below

        portals = tuple(
            portal
            for portal in context.config.portals.values()
            if send and is_of(portal) and can_run(portal, task)
        )
        if send and not portals:
            raise UsageError(f"--send: no portal of this account can run {task}")
        return cls(task=task, portals=portals)

    def send(self, context: Context) -> "SentRuns":
        """Run the task in each portal, as its own command does."""
        from ordosync.cli.session import open_session  # noqa: PLC0415 - only if asked

        if not self.portals:
            return NOT_SENT
        with open_session(context) as session:
            return run_tasks(session, [(portal, self.task) for portal in self.portals])


@dataclass(frozen=True, kw_only=True)
class SentRuns:
    """The runs of a command with `--send` or `--fetch`."""

    is_asked: bool
    results: "list[Run | AlreadyRunning]"
    failures: render_runs.Failures
    signal: int | None = None
    """The signal that stopped it; None if there was none."""

    @property
    def code(self) -> int:
        """The exit code: 1 if a run was not ok, 128 + signal after a signal."""
        if self.signal:
            return 128 + self.signal
        return int(any(not isinstance(each, Run) or each.status != "ok" for each in self.results))

    def as_json(self) -> dict[str, Any]:
        """Return the runs as a field of the command's document; empty without the option."""
        runs = [each if isinstance(each, Run) else each.run for each in self.results]
        return {"runs": [render_runs.run_json(run) for run in runs if run]} if self.is_asked else {}

    def show(self, *, with_table: bool = True) -> None:
        """Show the runs; without the table, only their failures and remarks."""
        if self.results:
            render_runs.show_finished(self.results, self.failures, with_table=with_table)


NOT_SENT = SentRuns(is_asked=False, results=[], failures=render_runs.NO_FAILURES)


def run_tasks(session: "Session", runs: Sequence[tuple[PortalConfig, str]]) -> SentRuns:
    """Run tasks of portals, each as its own command does, until a signal arrives."""
    results: list[Run | AlreadyRunning] = []
    for portal, task in runs:
        if session.stop.signals:
            break
        results.append(session.run(task, session.open(portal), trigger="manual"))
    return SentRuns(
        is_asked=True,
        results=results,
        failures=session.failures(results),
        signal=session.stop.signal,
    )
