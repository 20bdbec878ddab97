"""Tables in a pipe: each row is one line with tabs. On a terminal, see `terminal_table`."""

import sys
from collections.abc import Iterable, Sequence

from ordosync.cli.output.cells import with_local_times
from ordosync.text import printable


def table(
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    less: Sequence[str] = (),
    if_any: Sequence[str] = (),
    totals: Sequence[object] = (),
) -> None:
    """Show rows as a table on a terminal, otherwise with tabs.

    On a terminal, an empty column of `if_any` is omitted, and `totals` is the last row. The columns
    of `less` are omitted one after the other until the table fits.
    """
    if sys.stdout.isatty():
        from ordosync.cli.output.terminal_table import show  # noqa: PLC0415 - a pipe needs none

        show(columns, rows, less=less, if_any=if_any, totals=totals)
        return
    sys.stdout.write("\t".join(columns) + "\n")
    for row in rows:
        sys.stdout.write("\t".join(map(printable, with_local_times(row))) + "\n")
