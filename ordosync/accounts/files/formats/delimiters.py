"""Recognises the delimiter of a text file that was read with another one."""

import csv
import json
from collections.abc import Iterable, Sequence

from ordosync.accounts.spreadsheets import DELIMITERS


def separated_by(texts: Sequence[str], needed: Iterable[str]) -> str:
    """Return a hint if another delimiter splits the only cell of a row into needed texts."""
    if len(texts) > 1:
        return ""
    wanted = {text.casefold() for text in needed}

    def found(delimiter: str) -> int:
        [cells] = csv.reader(texts, delimiter=delimiter)
        return len(wanted & {cell.strip().casefold() for cell in cells})

    best = max(DELIMITERS, key=found)
    hint = f"; it is separated by {best!a}: set `delimiter: {json.dumps(best)}`"
    return hint if found(best) else ""
