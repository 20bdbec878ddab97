"""`backup`, `restore` and `prune`: copies of the store, and deletion of old runs."""

from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from ordosync.accounts import is_embedded
from ordosync.cli.confirm import Yes, confirm
from ordosync.cli.context import Context, with_context
from ordosync.cli.output import render
from ordosync.cli.signals import stoppable
from ordosync.clock import to_nullable, to_text
from ordosync.config.settings import Config
from ordosync.config.table_files import table_files
from ordosync.engine.execution.exclusive import check_no_run
from ordosync.engine.portals import longest_settle_s
from ordosync.engine.scheduling.retention import prune as prune_store
from ordosync.errors import UsageError
from ordosync.store import Store
from ordosync.store.backup import Copy, back_up
from ordosync.store.backup import restore as restore_store
from ordosync.store.location import SqliteFile, StoreLocation
from ordosync.store.pruning import Pruned
from ordosync.text import plural


@with_context()
def backup(
    file: Annotated[Path, typer.Argument(help="File to write.")],
    *,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
    yes: Yes = False,
    context: Context,
) -> None:
    """Copy the store (task log and sync state) to a file.

    Other commands may run meanwhile. The copy is verified, complete, and readable only by this
    user. Also keep the configuration and the files of local accounts.

    For example:
      ordosync backup ordosync-monday.db
    """
    config = context.config
    _check_is_file(config.database)
    if force and file.exists():
        confirm(context, f"replace {file}?", yes=yes)
    copy = back_up(config.database.path, file, replace=force)
    if context.as_json:
        not_included = _other_files(config)
        render.document({"backups": [{**_copy_json(file, copy), "not_included": not_included}]})
        return
    render.result(f"{file}: {_contents(copy)}", wrapped=True)
    render.message(f"not included, keep these as well: {', '.join(_other_files(config))}")


def _other_files(config: Config) -> list[str]:
    local = [
        str(account.options["path"])
        for account in config.accounts.values()
        if is_embedded(account.kind)
    ]
    spool = config.database.spool
    folders = [str(folder) for folder in (spool, config.places) if folder.exists()]
    tables = dict.fromkeys(str(path) for _, _, path in table_files(config))
    return [str(config.path), *tables, *local, *folders]


@with_context(dry_run=True)
def restore(
    file: Annotated[
        Path | None,
        typer.Argument(help="Backup to restore (default with --moved: the store itself)."),
    ] = None,
    *,
    moved: Annotated[
        bool,
        typer.Option("--moved", help="It is from another machine, where ordosync is stopped."),
    ] = False,
    mark: Annotated[
        bool,
        typer.Option("--mark", help="On PostgreSQL: pg_restore has restored it, only mark it."),
    ] = False,
    yes: Yes = False,
    context: Context,
) -> None:
    """Restore a backup of the store.

    Anything sent since then is found and not sent again. The current store is kept next to it.
    On PostgreSQL, restore it by pg_restore, and then use --mark. Exits 1 if a run is in progress;
    stop cron first.

    For example:
      ordosync restore ordosync-monday.db
    """
    config, clock = context.config, context.clock
    if mark:
        if file or moved:
            raise UsageError("--mark takes no backup: pg_restore has restored it")
        _mark(context, yes=yes)
        return
    _check_is_file(config.database)
    if file is None and not moved:
        raise UsageError("give the backup, or use --moved for a store that was moved here")
    source = file or config.database.path
    confirm(context, f"replace the store {config.database} by {source}?", yes=yes)

    rest = partial(_rest, context)
    restored = restore_store(config.database.path, source, moved=moved, clock=clock, rest=rest)
    if context.as_json:
        kept = str(restored.kept) if restored.kept else None
        render.document({"restored": [{**_copy_json(source, restored.copy), "kept": kept}]})
        return
    render.result(f"restored {source}: {_contents(restored.copy)}", wrapped=True)
    if restored.kept:
        render.result(f"the previous store is {restored.kept}", wrapped=True)
    render.message(_RESTORED)


_RESTORED = (
    "writes that may have arrived are looked up before they are sent again; now run"
    " `ordosync import-orders`, then start cron again"
)


def _check_is_file(database: StoreLocation) -> None:
    """Raise `UsageError` if the store is not a file of this machine."""
    if not isinstance(database, SqliteFile):
        raise UsageError(
            "the store is on PostgreSQL: use pg_dump; after a restore: `ordosync restore --mark`"
        )


def _mark(context: Context, *, yes: bool) -> None:
    """Mark a store as restored in its place."""
    config, clock = context.config, context.clock
    if isinstance(config.database, SqliteFile) and not context.is_dry_run:
        raise UsageError("--mark is for PostgreSQL; give the backup to restore")
    confirm(context, f"mark the store {config.database} as restored?", yes=yes)
    with Store.open(config.database, clock=clock) as store:
        check_no_run(store, clock)
        _rest(context)
        with store.transaction():
            store.whole.mark_restored(now=clock.now())
    if context.as_json:
        render.document({"restored": []})
        return
    render.result(f"marked {config.database} as restored", wrapped=True)
    render.message(_RESTORED)


def _rest(context: Context) -> None:
    settle_s = longest_settle_s(context.config)
    if settle_s and not context.is_dry_run:
        render.message(f"waiting {settle_s:g} s until everything that was sent can be found")
        context.clock.sleep(settle_s)


@with_context(dry_run=True)
def prune(*, context: Context) -> None:
    """Delete runs and steps older than `retention:`.

    `run-due` does this automatically once a day. Open and failed steps stay, and imported orders
    are remembered permanently.

    For example:
      ordosync prune
    """
    config, clock = context.config, context.clock
    with Store.open(config.database, clock=clock) as store, stoppable(clock) as stop:
        pruned = prune_store(config, store, clock, stop)
    if context.as_json:
        render.document({"pruned": [_pruned_json(pruned)] if pruned else []})
    elif pruned:
        counts = f"{_count(pruned.runs, 'run')} and {_count(pruned.steps, 'step')}"
        render.result(f"deleted {counts} from before {render.local(pruned.before)}", wrapped=True)
    else:
        render.message(
            "nothing was deleted: the configuration has `retention: off`; set a number of days"
            " there"
        )
    if stop.signal:
        raise typer.Exit(128 + stop.signal)


def _contents(copy: Copy) -> str:
    last = f", the last {render.local(copy.last_run_at)}" if copy.last_run_at else ""
    return (
        f"{copy.size / 1_000_000:.1f} MB, {_count(copy.runs, 'run')}{last},"
        f" {_count(copy.links, 'link')}, {_count(copy.open_steps, 'open step')}"
    )


def _count(count: int, noun: str) -> str:
    return f"{count} {plural(count, noun, f'{noun}s')}"


def _copy_json(path: Path, copy: Copy) -> dict[str, Any]:
    return {
        "path": str(path),
        "bytes": copy.size,
        "runs": copy.runs,
        "links": copy.links,
        "open_steps": copy.open_steps,
        "last_run_at": to_nullable(copy.last_run_at),
    }


def _pruned_json(pruned: Pruned) -> dict[str, Any]:
    return {"before": to_text(pruned.before), "runs": pruned.runs, "steps": pruned.steps}
