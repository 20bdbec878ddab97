"""`orders edit`: corrects the address, method, note, tags and warehouse of open orders."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

import typer

from ordosync.cli.context import Context, with_context
from ordosync.cli.desk import batches, common, input_rows
from ordosync.cli.desk.account_choice import open_desk_of
from ordosync.cli.desk.batches import Batch, Numbers
from ordosync.cli.desk.input_files import File, Layout
from ordosync.cli.desk.input_rows import InputRow
from ordosync.cli.desk.order_entry import ADDRESS, check_address, checked_tags
from ordosync.cli.desk.stock_waking import wake_inventory
from ordosync.cli.output import render
from ordosync.embedded.corrections import Corrections
from ordosync.embedded.desk import Desk
from ordosync.errors import UsageError
from ordosync.models import Outcome

_TEXTS = {"method": "shipping_method", "note": "internal_notes"}
"""Options, and the fields of an order that they set."""
_COLUMNS = (*ADDRESS, *_TEXTS, "warehouse")
_TO_EDIT = Layout(needed=("number",), optional=_COLUMNS)


@dataclass(frozen=True, kw_only=True)
class _Values:
    """The new values of an order."""

    ship_to: Mapping[str, str]
    texts: Mapping[str, str]
    warehouse: str
    tags: tuple[str, ...]
    removed_tags: tuple[str, ...]

    @classmethod
    def of(
        cls,
        cells: Mapping[str, str],
        *,
        tags: tuple[str, ...] = (),
        removed_tags: tuple[str, ...] = (),
    ) -> "_Values":
        """Return the values of cells by the names of options."""
        return cls(
            ship_to={column: cells[column] for column in ADDRESS if column in cells},
            texts={field: cells[column] for column, field in _TEXTS.items() if column in cells},
            warehouse=cells.get("warehouse", ""),
            tags=tags,
            removed_tags=removed_tags,
        )

    @property
    def is_given(self) -> bool:
        """True if there is something to edit."""
        return bool(self.ship_to or self.texts or self.warehouse or self.tags or self.removed_tags)


@dataclass(frozen=True, kw_only=True)
class _Edit:
    """New values, and the number of the order that gets them."""

    number: str
    values: _Values


@with_context(dry_run=True)
def edit_order(
    number: Numbers = None,
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
    file: File = None,
    account: common.Account = None,
    context: Context,
) -> None:
    """Correct the address, the method, the note, the tags or the warehouse of open orders.

    What is not given stays; an empty text removes a value. The warehouse is that of the pick list,
    and its stock falls when the order is sent. The timeline says which fields were
    edited, and no values. If a supplier has the order, `edits:` of the portal decides what happens
    to its order with the next `import-orders`. Tags are not sent later, but an order that `hold:`
    keeps from the supplier is judged again by its new tags.

    --from reads rows with the column number and those of the options; a blank cell changes
    nothing. Refused rows are written to FILE.refused.csv. Exits 1 if an order was refused.

    For example:
      ordosync orders edit 1001 --street1 "Main Street 5" --zip 10115
    """
    address = (name, company, street1, street2, city, state, postcode, country, email, phone)
    options = dict(zip(_COLUMNS, (*address, method, note, warehouse.strip() or None), strict=True))
    values = _Values.of(
        {column: text for column, text in options.items() if text is not None},
        tags=checked_tags("--tag", tag or ()),
        removed_tags=checked_tags("--untag", untag or ()),
    )
    rows = batches.rows_of(context, number or (), file, _TO_EDIT)
    _check_options(values, rows, has_file=file is not None)
    opened = open_desk_of(context.config, account, batches.numbers_of(rows), is_file=bool(file))
    with opened.file.kept_open("read orders"):
        batch = Batch.parse(file, batches.by_number(rows), lambda of: _edit(opened, of, values))
    outcomes = batch.save(opened, lambda edit: _save(opened, edit))
    edits = zip(batch.requests, outcomes, strict=True)
    wake_inventory(context, opened, [done for edit, done in edits if edit.values.warehouse])
    if not file and len(rows) == 1:
        common.check_order(opened, outcomes[0], batch.requests[0].number)
    changes = [
        (of.number, "edited" if outcome.state == "done" else "has these values already")
        for of, outcome in zip(batch.requests, outcomes, strict=True)
        if outcome.state in ("done", "unchanged")
    ]
    batches.report(context, opened, changes, is_file=bool(file))
    _tell_of_suppliers(opened, batch.requests, outcomes)
    raise typer.Exit(batch.finish(context, outcomes))


def _check_options(values: _Values, rows: Sequence[InputRow], *, has_file: bool) -> None:
    """Raise `UsageError` if the options contradict each other."""
    if has_file and values.is_given:
        raise UsageError("--from reads everything from the file; leave out the other options")
    if not has_file and not values.is_given:
        raise UsageError("give what to edit, such as --street1, --method or --note")
    if values.ship_to and len(rows) > 1:
        raise UsageError("an address is that of one order; give one number, or a file with --from")
    added, removed = ({tag.casefold() for tag in of} for of in (values.tags, values.removed_tags))
    if both := added & removed:
        raise UsageError(f"--tag and --untag have the same tag: {', '.join(sorted(both))}")


def _edit(opened: Desk, rows: Sequence[InputRow], typed: _Values) -> _Edit:
    """Return the edit of an order: the values of its rows in a file, or those that were typed."""
    row = input_rows.merged(rows, _COLUMNS, "order")
    values = typed
    if not typed.is_given:
        values = _Values.of({column: text for column in _COLUMNS if (text := row.get(column))})
    if not values.is_given:
        raise UsageError("has no value to edit")
    check_address(values.ship_to.get("zip", ""), values.ship_to.get("country", ""))
    if values.warehouse:
        common.check_warehouse(opened, values.warehouse, opened.warehouses())
    number = common.order_to_change(opened, batches.number_of(rows)).number
    return _Edit(number=number, values=values)


def _save(opened: Desk, edit: _Edit) -> Outcome:
    return Corrections(opened.file).edit_order(
        edit.number,
        ship_to=edit.values.ship_to,
        texts=edit.values.texts,
        tags=edit.values.tags,
        removed_tags=edit.values.removed_tags,
        warehouse=edit.values.warehouse,
    )


def _tell_of_suppliers(opened: Desk, edits: Sequence[_Edit], outcomes: Sequence[Outcome]) -> None:
    """Say what happens to the orders of suppliers, once for each supplier."""
    with opened.file.kept_open("read orders"):
        suppliers = [
            opened.supplier_of(edit.number)
            for edit, outcome in zip(edits, outcomes, strict=True)
            if outcome.state == "done" and (edit.values.ship_to or edit.values.texts)
        ]
    for supplier in dict.fromkeys(filter(None, suppliers)):
        render.message(
            f"if {supplier} has the order, `ordosync import-orders` handles the edit as `edits:`"
            " says, and `ordosync edits list` shows it"
        )
