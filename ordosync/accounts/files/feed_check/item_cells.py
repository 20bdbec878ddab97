"""Cells with all lines of an order, such as `2 x MUG; 1 x TRAY`."""

import re
from collections.abc import Mapping, Sequence

_FORMS = {
    "{quantity} x {sku}": re.compile(r"[0-9]+ x \S.*"),
    "{quantity}x {sku}": re.compile(r"[0-9]+x \S.*"),
    "{quantity} {sku}": re.compile(r"[0-9]+ [A-Za-z]\S*"),
    "{sku} x {quantity}": re.compile(r"\S.* x ?[0-9]+"),
    "{sku}: {quantity}": re.compile(r"\S.*: [0-9]+"),
    "{sku}:{quantity}": re.compile(r"\S[^: ]*:[0-9]+"),
}
_SEPARATORS = (";", "|", ",", "\n")


def items_option(texts: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return the option `one_row` for the column whose cells have lines; empty if none has.

    `texts` has the cells of each column.
    """
    for column, cells in texts.items():
        for separator in _SEPARATORS:
            parts = [part.strip() for cell in cells for part in cell.split(separator)]
            filled = [part for part in parts if part]
            # Without the separator in any cell, it is not known to be the right one.
            if filled and any(separator in cell for cell in cells):
                form = next((f for f, p in _FORMS.items() if all(map(p.fullmatch, filled))), "")
                if form:
                    return {"items": column, "at": separator, "each": form}
    return {}
