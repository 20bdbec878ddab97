"""`orders edit`: corrects the address, method, note, tags and warehouse of an open order."""

from typing import Annotated

import typer

from ordosync.cli import completion
from ordosync.cli.context import Context, with_context
from ordosync.cli.desk import batches, common
from ordosync.cli.desk.account_choice import open_desk_of
from ordosync.cli.desk.order_entry import check_address, checked_tags
from ordosync.cli.desk.stock_waking import wake_inventory
from ordosync.cli.output import render
from ordosync.embedded.corrections import Corrections
from ordosync.errors import UsageError


@with_context(dry_run=True)
def edit_order(
    number: Annotated[str, typer.Argument(autocompletion=completion.number)],
    *,
    name: Annotated[str | None, typer.Option("--name", help="Recipient name.")] = None,
    company: Annotated[str | None, typer.Option("--company", help="Company.")] = None,
    street1: Annotated[
        str | None, typer.Option("--street1", help="Street and house number.")
    ] = None,
    street2: Annotated[
        str | None, typer.Option("--street2", help="Apartment, floor, building.")
    ] = None,
    city: Annotated[str | None, typer.Option("--city", help="Town or city.")] = None,
    state: Annotated[str | None, typer.Option("--state", help="State or province.")] = None,
    postcode: Annotated[str | None, typer.Option("--zip", help="Postcode.")] = None,
    country: Annotated[
        str | None, typer.Option("--country", help="Country code, such as DE.")
    ] = None,
    email: Annotated[str | None, typer.Option("--email", help="Recipient's email address.")] = None,
    phone: Annotated[str | None, typer.Option("--phone", help="Recipient's phone number.")] = None,
    method: Annotated[
        str | None, typer.Option("--method", help="Requested shipping method.")
    ] = None,
    note: Annotated[str | None, typer.Option("--note", help="Internal note.")] = None,
    tag: Annotated[list[str] | None, typer.Option("--tag", help="Tag to add; repeatable.")] = None,
    untag: Annotated[
        list[str] | None, typer.Option("--untag", help="Tag to remove; repeatable.")
    ] = None,
    warehouse: Annotated[
        str, typer.Option("--warehouse", help="Warehouse that sends the order.")
    ] = "",
    account: common.Account = None,
    context: Context,
) -> None:
    """Correct the address, the method, the note, the tags or the warehouse of an open order.

    What is not given stays; an empty text removes a value. The warehouse is that of the pick list,
    and its stock falls when the order is sent. The timeline says which fields were
    edited, and no values. If a supplier has the order, `edits:` of the portal decides what happens
    to its order with the next `import-orders`. Tags are not sent later, but an order that `hold:`
    keeps from the supplier is judged again by its new tags.

    For example:
      ordosync orders edit 1001 --street1 "Main Street 5" --zip 10115
    """
    address = {
        "name": name,
        "company": company,
        "street1": street1,
        "street2": street2,
        "city": city,
        "state": state,
        "zip": postcode,
        "country": country,
        "email": email,
        "phone": phone,
    }
    ship_to = {field: text for field, text in address.items() if text is not None}
    texts = {"shipping_method": method, "internal_notes": note}
    given = {field: text for field, text in texts.items() if text is not None}
    tags, removed_tags = checked_tags("--tag", tag or ()), checked_tags("--untag", untag or ())
    warehouse = warehouse.strip()
    if not (ship_to or given or tags or removed_tags or warehouse):
        raise UsageError("give what to edit, such as --street1, --method or --note")
    if both := {text.casefold() for text in tags} & {text.casefold() for text in removed_tags}:
        raise UsageError(f"--tag and --untag have the same tag: {', '.join(sorted(both))}")
    check_address(postcode or "", country or "")
    opened = open_desk_of(context.config, account, [number])
    number = common.order_to_change(opened, number).number
    if warehouse:
        common.check_warehouse(opened, warehouse, opened.warehouses())
    outcome = Corrections(opened.file).edit_order(
        number,
        ship_to=ship_to,
        texts=given,
        tags=tags,
        removed_tags=removed_tags,
        warehouse=warehouse,
    )
    common.check_order(opened, outcome, number)
    if warehouse:
        wake_inventory(context, opened, [outcome])
    change = "edited" if outcome.state == "done" else "has these values already"
    batches.report(context, opened, [(number, change)], is_file=False)
    supplier = opened.supplier_of(number)
    if outcome.state == "done" and supplier and (ship_to or given):
        render.message(
            f"if {supplier} has the order, `ordosync import-orders` handles the edit as `edits:`"
            " says, and `ordosync edits list` shows it"
        )
