"""`orders release`: sends an order that is held, or lets an edited one be shipped."""

import shlex
from typing import Annotated

import typer

from ordosync.cli import completion
from ordosync.cli.context import Context, with_context
from ordosync.cli.desk import batches, common
from ordosync.cli.desk.account_choice import open_desk_of
from ordosync.cli.desk.held_imports import release_import
from ordosync.embedded.corrections import Corrections
from ordosync.embedded.desk import Desk
from ordosync.errors import UsageError


@with_context(dry_run=True)
def release_order(
    number: Annotated[str, typer.Argument(autocompletion=completion.number)],
    *,
    portal: Annotated[
        str | None,
        typer.Option(
            "--portal",
            help="Portal that holds it before the import.",
            autocompletion=completion.portal,
        ),
    ] = None,
    account: common.Account = None,
    context: Context,
) -> None:
    """End the hold of an order.

    An order that `hold:` keeps from the import is sent by the next import, although it does not
    meet the conditions. That is valid for this order only.

    In a local account: an order that the merchant edited can be shipped as it is. Agree with the
    merchant first: the edit is still open there. Only another edit holds it again.

    For example:
      ordosync orders release 1001
    """
    if portal and account:
        raise UsageError("use either --portal or --account")
    if account is None and release_import(context, number, portal):
        return
    opened, number = _opened(context, account, number)
    outcome = Corrections(opened.file).release_order(number)
    common.check_order(opened, outcome, number)
    change = "released" if outcome.state == "done" else "was not held"
    batches.report(context, opened, [(number, change)], is_file=False)


def _opened(context: Context, account: str | None, number: str) -> tuple[Desk, str]:
    """Return the local account of an order, and its number there."""
    if not completion.local_accounts(context.config):
        why = f"`ordosync why {shlex.quote(number)}` shows its state"
        raise UsageError(f"no portal holds order {number!r} before its import; {why}")
    try:
        opened = open_desk_of(context.config, account, [number])
        return opened, common.order_to_change(opened, number).number
    except UsageError as error:
        if account is not None:
            raise
        raise UsageError(f"no portal holds order {number!r} before its import; {error}") from error
