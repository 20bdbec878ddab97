"""`config check`, `config show` and `config example`."""

from typing import Annotated

import typer

from ordosync.cli import completion, documentation, options
from ordosync.cli.output import render
from ordosync.clock import Clock
from ordosync.config import as_plain, find_config, load_config
from ordosync.engine import check_renames
from ordosync.engine.diagnosis.account_checks import online_checks
from ordosync.engine.diagnosis.machine_checks import written_by_groups
from ordosync.engine.execution.unproven import WHY, unproven_accounts
from ordosync.store import Store

app = typer.Typer(help="Check or show the configuration.", no_args_is_help=True)


@app.command("check")
def check(
    *,
    online: Annotated[
        bool, typer.Option("--online", help="Sign in to each account as well, and look.")
    ] = False,
    config: options.Config = None,
    debug: options.Debug = False,  # noqa: ARG001 - seen by `run`
) -> None:
    """Say every problem of the configuration, with its line. Exits 3 when there is one.

    With --online, say also what is missing in the accounts, exit 1, and what they cannot hold.
    """
    settings = load_config(find_config(config))
    with Store.open(settings.database, readonly=True) as store:
        check_renames(settings, store)
        unproven = [
            (portal, account)
            for portal, account, _ in unproven_accounts(settings, store, now=Clock().now())
        ]
    found = list(online_checks(settings, Clock())) if online else []
    for one in found:
        render.result(
            f"{one.state}: portal {one.portal}, {one.role} {one.account}: {one.text}", wrapped=True
        )
    for portal, account in unproven if online else ():
        render.result(
            f"warning: portal {portal}, supplier {account}: account {account} {WHY}; such an order"
            " fails and is left to you",
            wrapped=True,
        )
    if any(one.state == "trouble" for one in found):
        raise typer.Exit(1)
    for text in written_by_groups(settings):
        render.result(f"warning: {text}", wrapped=True)
    portals = len(settings.portals)
    render.result(
        f"{settings.path}: {portals} portal{'s' * (portals != 1)}, no problem", wrapped=True
    )


@app.command("show")
def show(
    *,
    config: options.Config = None,
    as_json: options.Json = False,
    debug: options.Debug = False,  # noqa: ARG001 - seen by `run`
) -> None:
    """Show what the configuration says, defaults included and secrets masked."""
    plain = as_plain(load_config(find_config(config)))
    if as_json:
        render.document(plain)
        return
    import yaml  # noqa: PLC0415 - already there, since the configuration was read

    for line in yaml.safe_dump(plain, sort_keys=False, allow_unicode=True).splitlines():
        render.result(line)


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
    """
    for line in documentation.example(kind).splitlines():
        render.result(line)
