"""`orders release`: ends the hold of an order that the Merchant edited."""

from typing import Annotated

import typer

from ordosync.cli import completion
from ordosync.cli.context import Context, with_context
from ordosync.cli.desk import batches, common
from ordosync.cli.desk.account_choice import open_desk_of
from ordosync.embedded.corrections import Corrections


@with_context(dry_run=True)
def release_order(
    number: Annotated[str, typer.Argument(autocompletion=completion.number)],
    *,
    account: common.Account = None,
    context: Context,
) -> None:
    """End the hold of an order that the merchant edited, so that it can be shipped.

    It stays as it is. Agree with the merchant first: the edit is still open there. Only another
    edit holds the order again.

    For example:
      ordosync orders release 1001
    """
    opened = open_desk_of(context.config, account, [number])
    number = common.order_to_change(opened, number).number
    outcome = Corrections(opened.file).release_order(number)
    common.check_order(opened, outcome, number)
    change = "released" if outcome.state == "done" else "was not held"
    batches.report(context, opened, [(number, change)], is_file=False)
