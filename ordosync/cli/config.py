"""`config check`, `config show`, `config example` and `config schema`."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer

from ordosync.cli import completion, documentation
from ordosync.cli.context import Context, with_context
from ordosync.cli.output import render
from ordosync.config import as_plain, load_config
from ordosync.config.json_schema import json_schema
from ordosync.config.settings import Config
from ordosync.engine import check_renames, register
from ordosync.engine.diagnosis.account_checks import OnlineCheck, online_checks
from ordosync.engine.diagnosis.config_warnings import config_warnings
from ordosync.engine.diagnosis.machine_checks import store_checks
from ordosync.engine.execution.unproven import EXPLANATION, unproven_accounts
from ordosync.store import Store
from ordosync.store.checks import CALLERS
from ordosync.text import plural

app = typer.Typer(help="Check or show the configuration.", no_args_is_help=True)


@app.command("check")
@with_context()
def check_config(
    *,
    online: Annotated[
        bool, typer.Option("--online", help="Also sign in to each account and check it.")
    ] = False,
    context: Context,
) -> None:
    """Report every problem of the configuration, with its line. Exits 3 if there is one.

    With --online, also report missing permissions and settings of the accounts (exits 1) and their
    limits, and read the newest file of each feed.

    For example:
      ordosync config check --online
    """
    from ordosync.config.table_checks import TableChecks  # noqa: PLC0415 - only this command

    tables = TableChecks()
    config = load_config(context.config_path, check=tables.check)
    warnings = tables.warnings
    with Store.open(config.database, readonly=True) as store:
        check_renames(config, store)
        warnings += config_warnings(config, store)
        if online:
            warnings += [
                f"portal {portal}, supplier {account}: account {account} {EXPLANATION};"
                " such an order fails, and you decide"
                for portal, account, _ in unproven_accounts(config, store, now=context.clock.now())
            ]
        checks = list(online_checks(config, store, context.clock)) if online else []
        of_store = list(store_checks(config, store, now=context.clock.now())) if online else []
    # A configuration is checked before cron or a worker is started.
    of_store = [check for check in of_store if check.state != "ok" and check.name != CALLERS]
    of_database = {f"database {config.database}: {each.text}": each.state for each in of_store}
    has_trouble = "trouble" in {*(c.state for c in checks), *(c.state for c in of_store)}
    if context.as_json:
        render.document(_check_json(config, checks, [*warnings, *of_database]))
    else:
        for text, state in of_database.items():
            render.result(f"{state}: {text}", wrapped=True)
        _show_checks(config, checks, warnings, has_trouble=has_trouble)
    raise typer.Exit(int(has_trouble))


def _show_checks(
    config: Config, checks: Sequence[OnlineCheck], warnings: Sequence[str], *, has_trouble: bool
) -> None:
    for check in checks:
        where = f"portal {check.portal}, {check.role} {check.account}"
        render.result(f"{check.state}: {where}: {check.text}", wrapped=True)
    for text in warnings:
        render.result(f"warning: {text}", wrapped=True)
    if not has_trouble:
        count = len(config.portals)
        portals = plural(count, "1 portal", f"{count} portals")
        render.result(f"{config.path}: {portals}, no problem", wrapped=True)


def _check_json(
    config: Config, checks: Sequence[OnlineCheck], warnings: Sequence[str]
) -> dict[str, Any]:
    return {
        "path": str(config.path),
        "portals": list(config.portals),
        "checks": [asdict(check) for check in checks],
        "warnings": list(warnings),
    }


@app.command("use")
@with_context(json=False)
def use(*, context: Context) -> None:
    """Use this configuration again, although other hosts have used a newer one since.

    For example:
      ordosync config use
    """
    config = context.config
    with Store.open(config.database, clock=context.clock) as store:
        register(config, store, context.clock, again=True)
    render.message(f"{config.path} is in use")


@app.command("show")
@with_context()
def show(*, context: Context) -> None:
    """Show the configuration with its defaults; secrets are masked.

    For example:
      ordosync config show
    """
    plain = as_plain(context.config)
    if context.as_json:
        render.document(plain)
        return
    import yaml  # noqa: PLC0415 - loaded with the configuration

    for line in yaml.safe_dump(plain, sort_keys=False, allow_unicode=True).splitlines():
        render.result(line)
    render.message(_EMPTY)


_EMPTY = (
    "an empty list of SKUs means all; an empty name of a supplier means its account;"
    " update-tracking and split-order run at once, without an interval"
)


@app.command("example")
def example(
    kind: Annotated[
        str | None,
        typer.Argument(
            metavar="[KIND]",
            help="Only this kind of account, in a portal.",
            autocompletion=completion.kind,
        ),
    ] = None,
) -> None:
    """Print an example configuration, with every option and a comment on each.

    Exits 2 if there is no such kind of account.

    For example:
      ordosync config example shopify
    """
    for line in documentation.example(kind).splitlines():
        render.result(line)


@app.command("schema")
def show_schema() -> None:
    """Print the JSON Schema of the configuration, with which editors complete and check it.

    Save it beside the configuration, and begin that with the line
    `# yaml-language-server: $schema=ordosync.schema.json`.

    For example:
      ordosync config schema
    """
    render.document(json_schema())
