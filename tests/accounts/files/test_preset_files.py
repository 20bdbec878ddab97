"""The files with presets: they load, never change, and stand in the documentation."""

import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from ordosync.accounts.files.input_options.order_files import OrderFiles
from ordosync.accounts.files.input_options.statuses import StatusColumn
from ordosync.accounts.files.presets import FOLDER, digest_of
from ordosync.accounts.option_types import names_of
from ordosync.config import as_plain, load_config
from ordosync.config.json_schema import json_schema
from ordosync.config.presets import preset_names, preset_options
from ordosync.errors import ConfigError
from tests.support.command import ordosync

from .exports import configure

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "ordosync" / "docs" / "feeds.md").read_text("utf-8")
ALL = preset_names(FOLDER)
NAMES = [name for name in ALL if preset_options(FOLDER, name)[0] != "order_files"]
"""The presets of files that are read."""
WIDTH = 80
VERDICTS = ("travels", "held", "skipped", "failed")
BESIDE = {"timezone": "UTC"}
WITHOUT_CURRENCY = ("amazon-orders", "ebay-orders", "woocommerce-order-export")
RELEASED: Mapping[str, str] = {
    "amazon-orders": "136d510aa8ef7b3b",
    "duoplane-tracking": "4116be158c0ddf8d",
    "ebay-orders": "c7e5504bc5fde089",
    "etsy-sold-order-items": "f8e55c70b9dd66b6",
    "shipstation-shipments": "4d547959eb753739",
    "shopify-export": "0d5e542ea9a62ec6",
    "teapplix-orders": "814ea76f5b7bb053",
    "woocommerce-order-export": "8f38a202f907d5be",
}
"""The begins of the digests of presets. In a release they must not change."""


def load(folder: Path, name: str, **options: Any) -> Any:
    """Return the options of a preset as they are loaded."""
    subject, _ = preset_options(FOLDER, name)
    beside = {**BESIDE, **({"currency": "USD"} if name in WITHOUT_CURRENCY else {})}
    configure(folder, subject, {"preset": name, **beside, **options})
    config = load_config(folder / "config.yaml")
    account = "shop" if subject == "orders" else "northwind"
    return config.accounts[account].options[subject]


def words(status: StatusColumn) -> Iterator[str]:
    """Yield the rows of the table of words of a column."""
    for verdict in VERDICTS:
        listed = [word or "*blank*" for word in getattr(status, verdict)]
        if status.others == verdict:
            listed.append("*any other*")
        start = f"| {status.column} | {verdict} | "
        line = ""
        for word in listed:
            if line and len(f"{start}{line}, {word} |") > WIDTH:
                yield f"{start}{line} |"
                line = ""
            line = f"{line}, {word}" if line else word
        if line:
            yield f"{start}{line} |"


@pytest.mark.parametrize("name", NAMES)
def test_a_preset_needs_only_what_the_export_does_not_say(name: str, tmp_path: Path) -> None:
    options = load(tmp_path, name)

    assert options.preset == name
    written = yaml.safe_load((FOLDER / f"{name}.yaml").read_text("utf-8"))
    ((_, preset),) = written.items()
    assert not {"currency", "timezone", "glob"} & preset.keys()


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("shopify-export", ["placed_at has a column, so timezone is needed"]),
        ("ebay-orders", ["prices have a column, so currency is needed"]),
    ],
)
def test_what_the_export_does_not_say_is_asked_for(
    name: str, missing: list[str], tmp_path: Path
) -> None:
    beside = {"timezone": "UTC"} if name == "ebay-orders" else {}
    configure(tmp_path, "orders", {"preset": name, **beside})

    with pytest.raises(ConfigError) as raised:
        load_config(tmp_path / "config.yaml")

    assert [problem.rpartition(": ")[2] for problem in raised.value.problems] == missing


@pytest.mark.parametrize("name", ALL)
def test_a_released_preset_never_changes(name: str) -> None:
    text = (FOLDER / f"{name}.yaml").read_bytes()

    assert digest_of(name) == hashlib.sha256(text).hexdigest()
    assert digest_of(name)[:16] == RELEASED[name], "add a file with a number in its place"


def test_a_date_format_that_the_formats_of_a_preset_hide_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        load(tmp_path, "ebay-orders", date_format="%d/%m/%Y")

    (problem,) = raised.value.problems
    assert "orders.date_format: is not used, since `transform: placed_at`" in problem


@pytest.mark.parametrize("name", NAMES)
def test_the_text_of_a_preset_is_in_the_fingerprint(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = load(tmp_path, name).fingerprint
    monkeypatch.setattr(
        "ordosync.accounts.files.input_options.fingerprints.digest_of", lambda _: "other"
    )

    assert load(tmp_path, name).fingerprint != before


@pytest.mark.parametrize("name", NAMES)
def test_a_preset_is_shown_resolved_and_can_be_loaded_again(name: str, tmp_path: Path) -> None:
    load(tmp_path, name)
    path = tmp_path / "config.yaml"
    shown = as_plain(load_config(path))

    path.write_text(yaml.safe_dump(shown, sort_keys=False))

    assert as_plain(load_config(path)) == shown
    subject, _ = preset_options(FOLDER, name)
    account = shown["accounts"]["shop" if subject == "orders" else "northwind"][subject]
    written = yaml.safe_load((FOLDER / f"{name}.yaml").read_text("utf-8"))[subject]
    assert {option: account[option] for option in written} == written


@pytest.mark.parametrize("name", NAMES)
def test_the_documentation_has_every_word_of_a_preset(name: str, tmp_path: Path) -> None:
    options = load(tmp_path, name)
    statuses = options.statuses if isinstance(options, OrderFiles) else ()

    expected = [row for status in statuses for row in words(status)]
    section = PAGE.partition(f"### `{name}`")[2].partition("\n#")[0]

    assert section, f"{name} has no section"
    assert [line for line in section.splitlines() if line in expected] == expected


@pytest.mark.parametrize("name", NAMES)
def test_a_status_column_is_not_a_mapped_column(name: str, tmp_path: Path) -> None:
    """A parcel changes a status, and what is mapped would be an edit of the order."""
    options = load(tmp_path, name)
    statuses = options.statuses if isinstance(options, OrderFiles) else ()

    mapped = {each for column in options.field_columns for each in names_of(column)}
    assert not mapped & {each for status in statuses for each in names_of(status.column)}


@pytest.mark.parametrize("name", NAMES)
def test_the_schema_needs_no_columns_beside_a_preset(name: str, tmp_path: Path) -> None:
    load(tmp_path, name)
    written = yaml.safe_load((tmp_path / "config.yaml").read_text())
    validator = Draft202012Validator(json_schema())

    assert [*validator.iter_errors(written)] == []


@pytest.mark.parametrize("name", sorted({*ALL} - {*NAMES}))
def test_the_documentation_has_a_section_for_a_preset_of_files_that_are_written(name: str) -> None:
    assert f"### `{name}`" in PAGE


def test_the_wheel_has_the_presets() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]

    # All files of the package are in the wheel, unless they are excluded.
    assert build == {"targets": {"wheel": {"packages": ["ordosync"]}}}


def test_config_check_names_a_corrected_preset(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(tmp_path, "etsy-sold-order-items")
    monkeypatch.setattr("ordosync.accounts.files.presets.newest_of", lambda name, _: f"{name}-2")

    done = ordosync(tmp_path, "config", "check")

    assert done.code == 0
    assert "preset etsy-sold-order-items stays as it is" in " ".join(done.out.split())
    assert "there is a corrected etsy-sold-order-items-2" in " ".join(done.out.split())
