"""`config check`, `config show` and `config example`."""

from collections.abc import Sequence
from typing import Annotated

import typer

from ordosync.cli import completion, documentation
from ordosync.cli.context import Context, with_context
from ordosync.cli.output import render
from ordosync.clock import Clock
from ordosync.config import as_plain
from ordosync.config.settings import Config
from ordosync.engine import check_renames
from ordosync.engine.diagnosis.account_checks import online_checks
from ordosync.engine.diagnosis.machine_checks import group_writable
from ordosync.engine.diagnosis.number_clashes import number_clashes
from ordosync.engine.execution.unproven import EXPLANATION, unproven_accounts
from ordosync.store import Store
from ordosync.text import plural

app = typer.Typer(help="Check or show the configuration.", no_args_is_help=True)


@app.command("check")
@with_context(json=False)
def check_config(
    *,
    online: Annotated[
        bool, typer.Option("--online", help="Also sign in to each account and check it.")
    ] = False,
    context: Context,
) -> None:
    """Report every problem of the configuration, with its line. Exits 3 if there is one.

    With --online, also report what the accounts lack (exits 1) and what they cannot store.

    For example:
      ordosync config check --online
    """
    config = context.config
    with Store.open(config.database, readonly=True) as store:
        check_renames(config, store)
        unproven = [
            (portal, account)
            for portal, account, _ in unproven_accounts(config, store, now=context.clock.now())
        ]
    if online:
        _check_online(config, context.clock, unproven)
    for text in (*group_writable(config), *number_clashes(config)):
        render.result(f"warning: {text}", wrapped=True)
    count = len(config.portals)
    portals = plural(count, "1 portal", f"{count} portals")
    render.result(f"{config.path}: {portals}, no problem", wrapped=True)


def _check_online(config: Config, clock: Clock, unproven: Sequence[tuple[str, str]]) -> None:
    """Report what the accounts lack. Exits 1 if something that is needed is missing."""
    results = list(online_checks(config, clock))
    for check in results:
        where = f"portal {check.portal}, {check.role} {check.account}"
        render.result(f"{check.state}: {where}: {check.text}", wrapped=True)
    for portal, account in unproven:
        render.result(
            f"warning: portal {portal}, supplier {account}: account {account} {EXPLANATION};"
            " such an order fails, and you decide",
            wrapped=True,
        )
    if any(check.state == "trouble" for check in results):
        raise typer.Exit(1)


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
