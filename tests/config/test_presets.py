"""Presets give the options of known exports; what stands beside them wins."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import pytest
import yaml

from ordosync.accounts import KINDS
from ordosync.accounts.account import Account, NoOptions
from ordosync.accounts.files.presets import newest_of, warnings
from ordosync.accounts.merchant import Merchant
from ordosync.accounts.option_types import FirstOf
from ordosync.accounts.supplier import Supplier
from ordosync.config import Config, as_plain

from .conftest import Load, Problems
from .kinds import _merchant

PRESET = """\
# Orders of a shop system.
orders:
  columns: {number: Name, sku: [Item, item], paid: Paid}
  header: {contains: [Name, Item]}
  repeats: true
  words:
    - {column: Status, travels: [paid], skipped: [voided]}
    - {column: Sent, travels: [""]}
  skip: [{column: Cancelled, matches: .}]
"""
CONFIG = """\
accounts:
  acme:
    kind: feed
    orders:
      path: feeds
      preset: shop-export
      OPTIONS
  northwind: {kind: depot}
portals:
  acme-northwind: {merchant: acme, supplier: northwind}
"""
LINE = 6
"""The line of `preset:`."""


@dataclass(frozen=True, kw_only=True)
class Words:
    is_concise: ClassVar[bool] = True
    preset_key: ClassVar[str] = "column"

    column: FirstOf
    travels: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Orders:
    newer_options: ClassVar[frozenset[str]] = frozenset({"preset", "repeats", "skip", "words"})

    path: Path
    preset: str = ""
    columns: Mapping[str, FirstOf]
    header: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    repeats: bool = False
    words: tuple[Words, ...] = ()
    skip: tuple[Mapping[str, str], ...] = ()

    def __post_init__(self) -> None:
        if "price" in self.columns and "number" in self.columns:
            raise ValueError("columns: price needs a currency")


class Feed(Account):
    """A kind with presets."""

    kind: ClassVar[str] = "feed"
    merchant_options = NoOptions
    presets: ClassVar[Path | None] = None

    def __init__(self, *, name: str, orders: Orders | None = None) -> None:
        self.name = name
        self.orders = orders

    def merchant(self, *_: object) -> Merchant:
        return _merchant(self.name, self.kind)

    def supplier(self, *_: object) -> Supplier:
        raise AssertionError("only sells")


@pytest.fixture(name="presets", autouse=True)
def _presets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "presets"
    folder.mkdir()
    (folder / "shop-export.yaml").write_text(PRESET)
    (folder / "tracking.yaml").write_text("shipments:\n  columns: {number: N}\n")
    monkeypatch.setitem(KINDS, "feed", f"{__name__}:Feed")
    monkeypatch.setattr(Feed, "presets", folder)
    return folder


def config(options: str = "") -> str:
    return CONFIG.replace("OPTIONS", options.replace("\n", "\n      "))


def orders_of(loaded: Config) -> Orders:
    orders: Orders = loaded.accounts["acme"].options["orders"]
    return orders


def test_a_preset_has_the_options_of_an_export(load: Load) -> None:
    orders = orders_of(load(config()))

    assert dict(orders.columns) == {"number": "Name", "sku": "Item", "paid": "Paid"}
    assert orders.columns["sku"].others == ("item",)  # type: ignore[attr-defined]
    assert orders.repeats is True
    assert [each.column for each in orders.words] == ["Status", "Sent"]


def test_options_beside_a_preset_win_field_by_field(load: Load) -> None:
    orders = orders_of(load(config("columns: {paid: Betaald, tags: Tags}\nrepeats: false")))

    assert dict(orders.columns) == {
        "number": "Name",
        "sku": "Item",
        "paid": "Betaald",
        "tags": "Tags",
    }
    assert orders.repeats is False


def test_rules_are_added_to_those_of_a_preset(load: Load) -> None:
    orders = orders_of(load(config("skip: [{column: Vendor, matches: x}]")))

    assert [each["column"] for each in orders.skip] == ["Cancelled", "Vendor"]


def test_an_empty_list_removes_the_rules_of_a_preset(load: Load) -> None:
    assert orders_of(load(config("skip: []"))).skip == ()


def test_the_words_of_a_column_replace_those_of_a_preset(load: Load) -> None:
    words = orders_of(load(config("words: [{column: [State, Status], travels: [x]}]"))).words

    assert [each.column for each in words] == ["Sent", "State"]


def test_a_problem_of_a_preset_is_in_the_line_of_its_name(
    problems: Problems, presets: Path
) -> None:
    (presets / "shop-export.yaml").write_text(PRESET.replace("repeats: true", "repeats: maybe"))

    (problem,) = problems(config())
    assert problem == (
        f'line {LINE}: accounts.acme.orders.repeats: "maybe" is neither true nor false'
        " (from the preset shop-export)"
    )


def test_a_problem_beside_a_preset_is_in_its_own_line(problems: Problems) -> None:
    (problem,) = problems(config("repeats: maybe"))

    assert problem.startswith(f"line {LINE + 1}: accounts.acme.orders.repeats:")
    assert "preset" not in problem


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("shop-exprt", "; did you mean shop-export? (there are shop-export or tracking)"),
        ("zzz", "; choose shop-export or tracking"),
        ("../presets/tracking", "; choose shop-export or tracking"),
    ],
)
def test_an_unknown_preset_is_refused_with_the_known_ones(
    name: str, hint: str, problems: Problems
) -> None:
    found = problems(config().replace("preset: shop-export", f"preset: {name}"))

    assert found == [f'line {LINE}: accounts.acme.orders.preset: there is no preset "{name}"{hint}']


def test_a_preset_of_another_option_is_refused(problems: Problems) -> None:
    (problem,) = problems(config().replace("preset: shop-export", "preset: tracking"))

    assert problem == (
        f"line {LINE}: accounts.acme.orders.preset: preset tracking is for `shipments:`,"
        " not for `orders:`"
    )


def test_options_that_are_given_twice_beside_a_preset_are_refused(problems: Problems) -> None:
    (problem,) = problems(config("repeats: false\nrepeats: true"))

    assert f"given twice, first in line {LINE + 1}" in problem


def test_a_kind_without_presets_has_no_option(problems: Problems) -> None:
    text = config().replace("{kind: depot}", "{kind: depot, preset: shop-export}")

    (problem,) = problems(text)
    assert "accounts.northwind.preset: unknown option" in problem


@pytest.mark.parametrize(
    "options",
    [
        "",
        "skip: []\nrepeats: false",
        "columns: {paid: Betaald}\nskip: [{column: Vendor, matches: x}]",
        "words: [{column: Status, travels: [x]}]",
    ],
)
def test_what_config_show_prints_can_be_loaded_and_means_the_same(options: str, load: Load) -> None:
    loaded = load(config(options))
    shown: Any = as_plain(loaded)

    again = load(yaml.safe_dump(shown, sort_keys=False))

    assert orders_of(again) == orders_of(loaded)
    assert as_plain(again) == shown
    assert shown["accounts"]["acme"]["orders"]["columns"]["number"] == "Name"


def test_options_without_a_preset_show_no_preset(load: Load) -> None:
    text = config("columns: {number: n}").replace("preset: shop-export", "")

    shown = as_plain(load(text))["accounts"]["acme"]["orders"]

    assert set(shown) == {"path", "columns", "header"}


def test_a_corrected_preset_is_a_new_version(tmp_path: Path) -> None:
    for name in ("a-export", "a-export-2", "a-export-10", "a", "b-2", "c"):
        (tmp_path / f"{name}.yaml").touch()

    found = {name: newest_of(name, tmp_path) for name in ("a-export", "a-export-2", "a", "b-2")}
    (warning,) = warnings(["", "c", "a-export", "a-export"], tmp_path)

    assert found == {"a-export": "a-export-10", "a-export-2": "a-export-10", "a": "a", "b-2": "b-2"}
    assert "preset a-export stays as it is, and there is a corrected a-export-10" in warning
