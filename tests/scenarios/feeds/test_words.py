"""Each word of a status column does what its table says, and an unknown word fails the order."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from ordosync.accounts.files.input_options.order_files import OrderFiles
from ordosync.accounts.files.input_options.statuses import StatusColumn
from ordosync.config import load_config
from tests.accounts.files.exports import read_again

from .exports import EXPORTS, Export, Item, Rows, Sold
from .shop import Shop

UNKNOWN = "on its way"


def cases(status: StatusColumn) -> Iterator[tuple[str, str]]:
    """Yield each word of a column, and an unknown one, with what it means."""
    for verdict in ("travels", "held", "skipped", "failed"):
        yield from ((word, verdict) for word in getattr(status, verdict))
        yield from ((word.upper(), verdict) for word in getattr(status, verdict) if word)
    yield UNKNOWN, status.others or "failed"


@pytest.mark.parametrize("export", EXPORTS, ids=lambda export: export.preset)
def test_each_word_decides_as_the_documentation_says(export: Export, tmp_path: Path) -> None:
    Shop(tmp_path, export)
    options = load_config(tmp_path / "config.yaml").accounts["shop"].options["orders"]
    assert isinstance(options, OrderFiles)
    expected: dict[str, str] = {}
    rows: Rows = []
    for status in options.statuses:
        for word, verdict in cases(status):
            number = f"111-{len(expected):07}"
            (row,) = export.rows(Sold(number=number, items=(Item(sku="MUG", quantity=1),)))
            rows.append({**row, str(status.column): word})
            expected[number] = verdict
    columns = [*export.columns, *(str(status.column) for status in options.statuses)]
    if rows:
        (tmp_path / "feeds" / export.name).write_text(
            export.of_rows(rows, columns=list(dict.fromkeys(columns)))
        )

    found = read_again(tmp_path, "orders")

    left_out = {"held": found.held, "failed": found.failed, "skipped": found.skipped}
    for verdict, reasons in left_out.items():
        assert set(reasons) == {key for key, each in expected.items() if each == verdict}
    travels = {key for key, each in expected.items() if each == "travels"}
    assert set(found.orders) - {*found.held, *found.failed} == travels


def test_every_status_of_a_preset_is_in_an_export() -> None:
    assert {export.preset for export in EXPORTS} == {
        name.stem
        for name in (Path(__file__).parents[3] / "ordosync/accounts/files/presets").glob("*.yaml")
        if "orders" in yaml.safe_load(name.read_text("utf-8"))
    }
