"""Rules of a configuration that leave out rows or orders.

A rule for rows checks each row by itself, a rule for orders the first row of each order.
"""

import re
from collections.abc import Sequence

from ordosync.accounts.files.formats.rows import Row
from ordosync.accounts.files.input_options.input_files import InputFiles
from ordosync.accounts.files.input_options.order_files import OrderFiles
from ordosync.accounts.files.input_options.rules import Rule
from ordosync.accounts.files.parsing.converters import text_of
from ordosync.accounts.files.parsing.rule_texts import reason_of


def skip_reason(row: Row, options: InputFiles) -> str:
    """Return the reason of the rule that leaves out this row; empty if no rule does."""
    return _reason(row, options.skip, options.only_rows)


def order_skip_reason(first: Row, options: OrderFiles) -> str:
    """Return the reason of the rule that leaves out the order; empty if no rule does."""
    return _reason(first, options.skip_orders, options.only_orders)


def has_order_fields(row: Row, options: OrderFiles) -> bool:
    """True if a row has fields of its order besides the number and a line."""
    return any(row.cells.get(column) for column in options.order_columns)


def starts_order(row: Row, options: OrderFiles) -> bool:
    """True if a row has fields that the first row of an order has, such as a date or an address."""
    return any(row.cells.get(column) for column in options.head_columns)


def conflicting_rule(rows: Sequence[Row], options: OrderFiles) -> str:
    """Return the problem of a rule for rows that splits an order; empty if no rule does.

    Such a rule checks a column that only the first row fills. The value of such a column is valid
    for the whole order.
    """
    if not (options.skip or options.only_rows):
        return ""
    first, *further_rows = rows
    if not further_rows or not all(_continues(row, first, options) for row in further_rows):
        return ""
    never = [(rule, "skip_orders", True) for rule in options.skip]
    always = [(rule, "only_orders", False) for rule in options.only_rows]
    for rule, option, skips_matches in (*never, *always):
        if not rule.rows and _splits_order(
            rule, first, further_rows, skips_matches=skips_matches, options=options
        ):
            return (
                f"a rule checks the column {rule.column!a}, which is blank on the other rows of"
                f" the order; move it to `{option}`, or set `rows: true` in it if the column"
                " marks single lines"
            )
    return ""


def _reason(row: Row, never: Sequence[Rule], always: Sequence[Rule]) -> str:
    for rule in never:
        # A cell that cannot be read is blank, and says nothing.
        if _matches(rule, row) and ascii(rule.column) not in row.problem:
            return reason_of(rule, is_match=True)
    for rule in always:
        # A problem of such a row is reported, not skipped.
        if not row.problem and not _matches(rule, row):
            return reason_of(rule, is_match=False)
    return ""


def _matches(rule: Rule, row: Row) -> bool:
    return re.search(rule.matches, text_of(row, rule.column)) is not None


def _continues(row: Row, first: Row, options: OrderFiles) -> bool:
    """True if a row leaves the fields of the order to the first row."""
    blank = [column for column in options.order_columns if not row.cells.get(column)]
    return len(blank) == len(options.order_columns) or any(first.cells.get(c) for c in blank)


def _splits_order(
    rule: Rule, first: Row, further_rows: Sequence[Row], *, skips_matches: bool, options: OrderFiles
) -> bool:
    """True if a rule leaves out only the first row, or only the further rows.

    `skips_matches` is True for a rule that leaves out rows that match, False for a rule that
    leaves out rows that do not.
    """
    if any(row.cells.get(rule.column) for row in further_rows):
        return False
    skips_first = _matches(rule, first) == skips_matches
    skips_further = _matches(rule, further_rows[0]) == skips_matches
    if skips_further and rule.column in options.line_columns:
        # Without such a field, for example a SKU, a row is not a line.
        return False
    return skips_first != skips_further
