"""A newcomer with an export: `feed check --init`, two edits, and the orders are imported."""

from pathlib import Path

import pytest

from tests.support.command import ordosync

from .exports import EXPORTS, Export, Item, Sold

SOLD = Sold(
    number="111-0000001", items=(Item(sku="MUG-1", quantity=3), Item(sku="00501", quantity=1))
)


@pytest.mark.parametrize("export", EXPORTS, ids=lambda export: export.preset)
def test_an_export_is_imported_after_two_edits(export: Export, tmp_path: Path) -> None:
    (tmp_path / export.name).write_text(export.text(SOLD), export.encoding, newline="")

    checked = ordosync(tmp_path, "feed", "check", export.name)
    begun = ordosync(tmp_path, "feed", "check", export.name, "--init")
    config = begun.out
    for name, text in export.beside.items():
        config = config.replace(f"{name}:  # edit", f"{name}: {text}  # edit")
    (tmp_path / "config.yaml").write_text(config)
    imported = ordosync(tmp_path, "import-orders", "--json")

    assert (checked.code, begun.code) == (0, 0)
    assert f"preset: {export.preset} fits" in checked.out
    assert imported.counts == {"seen": 1, "done": 1}
