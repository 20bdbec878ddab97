"""`backup`, `restore` and `prune`: keeping what cannot be had again, and no more."""

from pathlib import Path
from typing import Annotated

import typer

from ordosync.cli import options
from ordosync.cli.output import render
from ordosync.cli.signals import stoppable
from ordosync.clock import Clock
from ordosync.config import find_config, load_config
from ordosync.engine.portals import longest_settle_s
from ordosync.engine.scheduling.retention import prune as prune_store
from ordosync.errors import UsageError
from ordosync.store import Store
from ordosync.store.backup import Copy, back_up
from ordosync.store.backup import restore as restore_store


def backup(
    file: Annotated[Path, typer.Argument(help="Where to write it.")],
    *,
    force: Annotated[bool, typer.Option("--force", help="Replace a file of this name.")] = False,
    config: options.Config = None,
    as_json: options.Json = False,
    debug: options.Debug = False,  # noqa: ARG001 - seen by `run`
) -> None:
    """Copy the task log and the state of the sync to a file, whatever else is at work.

    Readable by this user alone, checked, and there only when it is whole. Keep the configuration
    and the files of embedded accounts as well.
    """
    settings = load_config(find_config(config))
    copy = back_up(settings.database, file, replace=force)
    if as_json:
        render.document({"backups": [render.copy_json(file, copy)]})
        return
    render.result(f"{file}: {_contents(copy)}", wrapped=True)
    own = ", ".join(
        str(one.options["path"]) for one in settings.accounts.values() if one.kind == "sqlite"
    )
    spool = settings.database.with_name(f"{settings.database.name}.spool")
    also = [str(settings.path), *([own] if own else []), *([str(spool)] if spool.exists() else [])]
    render.message(f"not in it, to be kept as well: {', '.join(also)}")


def restore(
    file: Annotated[
        Path | None, typer.Argument(help="A backup; with --moved, by default the store itself.")
    ] = None,
    *,
    moved: Annotated[
        bool, typer.Option("--moved", help="It comes from a machine that runs nothing any more.")
    ] = False,
    config: options.Config = None,
    as_json: options.Json = False,
    debug: options.Debug = False,  # noqa: ARG001 - seen by `run`
) -> None:
    """Go back to a backup; what was sent since it was made is found, and not sent again.

    What is there now is kept beside it. Exits 1 while a run is under way: stop cron first.
    """
    settings, clock = load_config(find_config(config)), Clock()
    if file is None and not moved:
        raise UsageError("name the backup, or say --moved for a store that was moved here")
    settle_s = longest_settle_s(settings)

    def rest() -> None:
        if settle_s:
            render.message(f"waiting {settle_s:g} s, until all that was sent can be found")
            clock.sleep(settle_s)

    source = file or settings.database
    restored = restore_store(settings.database, source, moved=moved, clock=clock, rest=rest)
    if as_json:
        kept = str(restored.kept) if restored.kept else None
        render.document({"restored": [{**render.copy_json(source, restored.copy), "kept": kept}]})
        return
    render.result(f"restored {source}: {_contents(restored.copy)}", wrapped=True)
    if restored.kept:
        render.result(f"what was there before is {restored.kept}", wrapped=True)
    render.message(
        "whatever may have been sent is looked for before it is sent; now `ordosync import-orders`,"
        " and then cron again"
    )


def prune(
    *,
    config: options.Config = None,
    as_json: options.Json = False,
    debug: options.Debug = False,  # noqa: ARG001 - seen by `run`
) -> None:
    """Delete runs, and what was settled in them, that are older than `retention:` says.

    `run-due` does so by itself, once a day. What is open or failed stays, and what was imported
    is known for ever.
    """
    settings, clock = load_config(find_config(config)), Clock()
    with Store.open(settings.database, clock=clock) as store, stoppable(clock) as stop:
        pruned = prune_store(settings, store, clock, stop)
    if as_json:
        render.document({"pruned": [render.pruned_json(pruned)] if pruned else []})
    elif pruned:
        counts = f"{_many(pruned.runs, 'run')} and {_many(pruned.steps, 'step')}"
        render.result(f"deleted {counts} from before {render.local(pruned.before)}", wrapped=True)
    else:
        render.message(
            "the configuration says `retention: off`; nothing was deleted: say there"
            " for how long the log is kept"
        )
    if stop.signal:
        raise typer.Exit(128 + stop.signal)


def _contents(copy: Copy) -> str:
    last = f", the last {render.local(copy.last_run_at)}" if copy.last_run_at else ""
    return (
        f"{_size(copy.size)}, {_many(copy.runs, 'run')}{last},"
        f" {_many(copy.links, 'link')}, {_many(copy.open_steps, 'open step')}"
    )


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"


def _size(count: int) -> str:
    return f"{count / 1_000_000:.1f} MB"
