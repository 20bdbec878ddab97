"""`store copy`: moves the store to another database."""

from collections.abc import Mapping
from typing import Annotated

import typer

from ordosync.cli.confirm import Yes, confirm
from ordosync.cli.context import Context, with_context
from ordosync.cli.output import render
from ordosync.config.database import location_of
from ordosync.engine.moving import move_store, undo_move
from ordosync.errors import UsageError
from ordosync.store.copying import Rows

app = typer.Typer(help="Move the store to another database.", no_args_is_help=True)


@app.command("copy")
@with_context()
def copy(
    *,
    to: Annotated[
        str,
        typer.Option("--to", metavar="URL", help="An empty PostgreSQL database, or a new file."),
    ],
    undo: Annotated[
        bool, typer.Option("--undo", help="Use the old store again, if the new one has no run.")
    ] = False,
    yes: Yes = False,
    context: Context,
) -> None:
    """Copy the store to another database, and end the use of the old one.

    Everything is compared by digests. Then change `database:` in the configuration. Exits 1 if a
    run is in progress; stop cron first.

    For example:
      ordosync store copy --to 'postgresql://ordosync:${DB_PASSWORD}@db.internal/ordosync'
    """
    config, clock = context.config, context.clock
    try:
        target = location_of(to, folder=config.path.parent)
    except ValueError as error:
        raise UsageError(f"--to {error}") from error
    if str(target) == str(config.database):
        raise UsageError("--to is the store itself; give the address of a different database")
    if undo:
        undo_move(config.database, target, clock)
        render.message(
            f"{config.database} is used again; {target} keeps its copy, which no command uses, and"
            " the next `ordosync store copy` to it replaces"
        )
        return
    confirm(context, f"copy the store {config.database} to {target}?", yes=yes)
    rows = move_store(config.database, target, clock)
    if context.as_json:
        render.document({"copied": _json(rows)})
        return
    total = sum(table.count for table in rows.values())
    render.result(f"copied {total} rows to {target}; all digests are equal", wrapped=True)
    render.message(
        f"now set `database: {target}` in {config.path} on each host, then start cron again;"
        f" `ordosync store copy --to ... --undo` goes back while there is no new run"
    )


def _json(rows: Mapping[str, Rows]) -> Mapping[str, object]:
    return {table: {"rows": of.count, "sha256": of.digest} for table, of in rows.items()}
