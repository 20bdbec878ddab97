"""`activity`: the runs, and what they have written."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ordosync.cli import completion, options
from ordosync.cli.context import Context, with_context
from ordosync.cli.log import check_known, open_log
from ordosync.cli.output import render
from ordosync.cli.output import runs as render_runs
from ordosync.cli.output.changes import Changes, show_changes, written_to
from ordosync.cli.output.pager import paged
from ordosync.cli.periods import parse_since
from ordosync.clock import to_nullable
from ordosync.errors import UsageError
from ordosync.store import Store
from ordosync.store.runs import QuietRuns, Run, RunFilter
from ordosync.text import plural

if TYPE_CHECKING:
    from ordosync.store.step_rows import Write

_FEW = 5
_MOST = 10_000
_MANY = 20
"""The number of writes that `activity --changes` shows of each run."""


@with_context(csv=True)
def activity(
    *,
    count: Annotated[
        int | None,
        typer.Option(
            "-n", min=1, max=_MOST, help="Number of runs (default: 5; with --since: all)."
        ),
    ] = None,
    portal: options.Portal = None,
    task: Annotated[
        str | None,
        typer.Option("--task", help="Filter by task.", autocompletion=completion.task),
    ] = None,
    status: Annotated[
        str | None,
        typer.Option("--status", help="Filter by status.", autocompletion=completion.run_status),
    ] = None,
    account: Annotated[
        str | None,
        typer.Option("--account", help="Only the runs of tasks that write to this account."),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            "--since", metavar="AGE|DATE", help="Only later runs: 90m, 2h, 7d, today, or a day."
        ),
    ] = None,
    with_all: Annotated[
        bool, typer.Option("--all", help="Also list the runs that changed nothing.")
    ] = False,
    changes: Annotated[
        bool,
        typer.Option("--changes", help="List what the runs wrote, old and new; with --json, too."),
    ] = False,
    no_pager: options.NoPager = False,
    context: Context,
) -> None:
    """Show the most recent runs, newest first.

    Runs that changed nothing are counted in one line; --all, --json and --csv list them. Numbers
    that are missing belong to runs that found nothing to do, which the log does not keep.

    For example:
      ordosync activity -n 20 --status failed
      ordosync activity --changes --since today
    """
    if with_all and changes:
        raise UsageError("use either --all or --changes")
    opened, portals = open_log(context)
    with opened as store:
        check_known("portal", portal, lambda: portals)
        check_known("task", task, lambda: completion.task(""))
        check_known("status", status, lambda: completion.run_status(""))
        now = context.clock.now()
        after = parse_since(since, now) if since else None
        registered = store.portals.all()
        tasks = written_to(account, registered) if account else None
        chosen = RunFilter(portal=portal, task=task, status=status, since=after, tasks=tasks)
        most = count or (_MOST if since else _FEW)
        is_folded = changes or (context.as_text and not with_all)
        runs = store.runs.matching(most, chosen, with_changes=is_folded)
        oldest = runs[-1].id if len(runs) == most else 0
        quiet = store.runs.without_changes(chosen, after=oldest) if is_folded else None
        limit = None if chosen.conditions or not context.as_text else _MANY
        changed = Changes(
            registered, runs, _written(store, runs, limit=limit) if changes else {}, limit
        )
    if context.as_json:
        render.document(_json(runs, changed, quiet))
        return
    if context.as_csv:
        from ordosync.cli.output import log_csv  # noqa: PLC0415 - only CSV needs it

        log_csv.write_changes(changed) if changes else log_csv.write_runs(runs)
        return
    with paged(enabled=not no_pager):
        _show_runs(runs, changed, quiet, now=now, is_filtered=bool(chosen.conditions))


def _show_runs(
    runs: Sequence[Run],
    changes: Changes,
    quiet: QuietRuns | None,
    *,
    now: datetime,
    is_filtered: bool,
) -> None:
    if runs:
        render_runs.show_runs(runs)
    if any(changes.written.values()):
        render.result("")
        show_changes(changes)
    if quiet and quiet.last_at:
        render.message(_folded(quiet, now))
    elif not runs and is_filtered:
        render.message("no run matches; `ordosync activity` shows the newest of all runs")
    elif not runs:
        render.message("nothing has run yet; start with `ordosync import-orders`")


def _folded(quiet: QuietRuns, now: datetime) -> str:
    count = f"more than {quiet.count}" if quiet.is_minimum else str(quiet.count)
    runs = plural(quiet.count, "run", "runs")
    last = f", last {render.ago(quiet.last_at, now)}" if quiet.last_at else ""
    return f"{count} {runs} without changes{last}; `ordosync activity --all` lists them"


def _written(
    store: Store, runs: Sequence[Run], *, limit: int | None
) -> "Mapping[int, Sequence[Write]]":
    """Return what each run has written; of at most `limit` steps and one more."""
    most = -1 if limit is None else limit + 1
    return {run.id: store.steps.writes(run.id, limit=most) for run in runs}


def _json(runs: Sequence[Run], changes: Changes, quiet: QuietRuns | None) -> dict[str, Any]:
    return {
        "runs": [{**render_runs.run_json(run), **changes.json_of(run)} for run in runs],
        "without_changes": quiet
        and {
            "runs": quiet.count,
            "at_least": quiet.is_minimum,
            "last_at": to_nullable(quiet.last_at),
        },
    }
