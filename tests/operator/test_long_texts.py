"""One long text in a table leaves its column alone; the others stay in their rows."""

import pytest
from rich.cells import cell_len

from tests.support.combinations import covering
from tests.support.merchants import TwoMerchants
from tests.support.screen import NAMES, seen

LONG = "Gesellschaft für internationale Zusammenarbeit und nachhaltige Entwicklung e.V."
UNBROKEN = "x" * 70


@pytest.mark.slow
@pytest.mark.parametrize(("columns", "long"), covering([60, 80, 120], [UNBROKEN, LONG]))
def test_m10_one_long_name_leaves_the_others_in_their_rows(
    depot: TwoMerchants, columns: int, long: str
) -> None:
    names = (*NAMES[:3], long, *NAMES[3:])
    # At 60 columns, there is room for a column less.
    start = "7" if columns < 80 else "2026-00012345"
    rows = (f"{start}{at},2026-11-23T10:00:00,MUG,1,{name},DE" for at, name in enumerate(names))
    depot.feed("ann", *rows)
    depot.imported()
    portal = ("--portal", "ann-depot") if columns < 80 else ()

    lines = seen(depot.folder, "orders", "list", *portal, columns=columns)

    by_number = [line for line in lines if line.startswith(("A-7", "A-2026"))]
    assert len(by_number) == len(names)
    for name, line in zip(names, by_number, strict=True):
        assert name == long or name in line
    # The columns after the names are in line, in cells of the terminal.
    ends = {cell_len(line[: line.index("0.00")]) for line in by_number}
    assert len(ends) == 1
    shown = "".join("".join(lines).split())
    assert all("".join(word.split()) in shown for word in long.split())


def test_m10_many_long_names_stand_below_their_rows(depot: TwoMerchants) -> None:
    rows = (f"2026-00012345{at},2026-11-23T10:00:00,MUG,1,{UNBROKEN}{at},DE" for at in range(4))
    depot.feed("ann", *rows)
    depot.imported()

    lines = seen(depot.folder, "orders", "list")

    assert [line.strip()[-1] for line in lines if UNBROKEN in line] == ["0", "1", "2", "3"]
