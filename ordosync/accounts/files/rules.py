"""Rules of a configuration that leave out rows or orders.

A rule for rows judges each row by itself, a rule for orders the first row of each order.
"""

import re
from collections.abc import Sequence

from ordosync.accounts.files.formats.converters import text_of
from ordosync.accounts.files.formats.rows import Row
from ordosync.accounts.files.options import InputFiles, OrderFiles, Rule


def skip_reason(row: Row, options: InputFiles) -> str:
    """Return why a rule leaves this row out; empty if none does."""
    return _reason(row, options.skip, options.only_rows)


def order_skip_reason(first: Row, options: OrderFiles) -> str:
    """Return why a rule leaves out the order with this first row; empty if none does."""
    return _reason(first, options.skip_orders, options.only_orders)


def has_order_fields(row: Row, options: OrderFiles) -> bool:
    """True if a row has fields of its order besides the number and a line."""
    return any(row.cells.get(column) for column in options.order_columns)


def starts_order(row: Row, options: OrderFiles) -> bool:
    """True if a row has fields that the first row of an order has, such as a date or an address."""
    return any(row.cells.get(column) for column in options.head_columns)


def conflicting_rule(rows: Sequence[Row], options: OrderFiles) -> str:
    """Return what is wrong with a rule for rows that splits an order; empty if none does.

    Such a rule judges by a column that only the first row fills. What that column says is true of
    the whole order.
    """
    first, *others = rows
    if not others or not all(_continues(row, first, options) for row in others):
        return ""
    never = [(rule, "skip_orders", True) for rule in options.skip]
    always = [(rule, "only_orders", False) for rule in options.only_rows]
    for rule, instead, takes in (*never, *always):
        if not rule.rows and _parts(rule, first, others, takes=takes, options=options):
            return (
                f"a rule judges this row by {rule.column!a}, which is blank on the other rows of"
                f" the order; make it a rule of `{instead}`, or say `rows: true` in it if the"
                " column marks single lines"
            )
    return ""


def _reason(row: Row, never: Sequence[Rule], always: Sequence[Rule]) -> str:
    for rule in never:
        if _matches(rule, row):
            return rule.reason
    for rule in always:
        # A problem with such a row is reported, not passed over.
        if not row.problem and not _matches(rule, row):
            return rule.reason
    return ""


def _matches(rule: Rule, row: Row) -> bool:
    return re.search(rule.matches, text_of(row, rule.column)) is not None


def _continues(row: Row, first: Row, options: OrderFiles) -> bool:
    """True if a row leaves the fields of the order to the first row."""
    blank = [column for column in options.order_columns if not row.cells.get(column)]
    return len(blank) == len(options.order_columns) or any(first.cells.get(c) for c in blank)


def _parts(
    rule: Rule, first: Row, others: Sequence[Row], *, takes: bool, options: OrderFiles
) -> bool:
    """True if a rule leaves out the first row and not the others, or the others alone.

    `takes` is True if the rule leaves out the rows that match, else those that do not.
    """
    if any(row.cells.get(rule.column) for row in others):
        return False
    takes_first = _matches(rule, first) == takes
    takes_others = _matches(rule, others[0]) == takes
    if takes_others and rule.column in options.line_columns:
        # Such as a SKU, without which a row is no line.
        return False
    return takes_first != takes_others
