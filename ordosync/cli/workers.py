"""`workers`: the processes of `work` on all hosts."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ordosync.cli.context import Context, with_context
from ordosync.cli.output import render
from ordosync.cli.output.tables import table
from ordosync.clock import to_text
from ordosync.errors import UsageError
from ordosync.store import Store

if TYPE_CHECKING:
    from ordosync.postgres.resident import ResidentWorker

_DRAIN = "drain"


@with_context()
def workers(
    action: Annotated[str | None, typer.Argument(metavar="[drain]")] = None,
    name: Annotated[str | None, typer.Argument(metavar="[NAME]")] = None,
    *,
    context: Context,
) -> None:
    """List the workers of all hosts; drain one of them.

    They are the processes of `ordosync work`. A worker that drains finishes its runs, and then
    waits to be stopped. If it is started again, it does not drain. `dead` is a worker that was
    killed, frozen or cut off in the last hour.

    For example:
      ordosync workers drain w1
    """
    database = context.config.database
    if not database.is_shared:
        raise UsageError("there are no workers: the store is a file; `ordosync cron` shows cron")
    if (action or _DRAIN) != _DRAIN or (action is None) != (name is None):
        raise UsageError("use `workers drain NAME`, or `workers` to list them")
    with Store.open(database) as store:
        if name is not None and not store.residents.drain(name):
            known = {worker.name for worker in store.residents.all() if worker.is_alive}
            names = ", ".join(sorted(known)) or "no worker is alive"
            raise UsageError(f"there is no live worker {name!r}; known: {names}")
        found = store.residents.all()
    if context.as_json:
        render.document({"workers": [_json(worker) for worker in found]})
        return
    if not found:
        render.message("no worker was alive in the last hour; `ordosync work` starts one")
        return
    table(
        ("name", "host", "version", "since", "jobs", "last seen", "state"),
        [_row(worker) for worker in found],
        less=("host", "version"),
    )


def _row(worker: "ResidentWorker") -> tuple[object, ...]:
    return (
        worker.name,
        worker.host,
        worker.version,
        render.local(worker.started_at),
        worker.jobs,
        render.local(worker.seen_at),
        worker.state,
    )


def _json(worker: "ResidentWorker") -> dict[str, Any]:
    return {
        "name": worker.name,
        "host": worker.host,
        "version": worker.version,
        "since": to_text(worker.started_at),
        "jobs": worker.jobs,
        "seen_at": to_text(worker.seen_at),
        "state": worker.state,
    }
