"""The pages of documentation and the examples are installed, and `ordosync` shows them."""

import dataclasses
import inspect
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from ordosync.accounts import KINDS, account_class
from ordosync.cli import documentation
from tests.support.command import on_a_terminal, ordosync

ROOT = Path(__file__).parents[2]
WIDTH = 80


def test_help_lists_each_page_with_its_subject(tmp_path: Path) -> None:
    result = ordosync(tmp_path, "help")

    listed = dict(line.split(maxsplit=1) for line in result.out.partition("\n\n")[0].splitlines())
    assert result.code == 0
    assert set(listed) == {page.stem for page in (ROOT / "ordosync" / "docs").glob("*.md")}
    assert set(KINDS) <= set(listed)
    assert {"operations", "troubleshooting", "performance", "architecture"} <= set(listed)
    assert all(listed.values())


@pytest.mark.parametrize("topic", documentation.topics())
def test_page_reads_well_in_a_pipe_and_in_80_columns(topic: str, tmp_path: Path) -> None:
    result = ordosync(tmp_path, "help", topic)

    assert result.code == 0
    assert [line for line in result.out.splitlines() if len(line) > WIDTH] == []
    assert "<!--" not in result.out
    assert result.out.isascii()


def test_page_is_rendered_on_a_terminal(tmp_path: Path) -> None:
    shown = on_a_terminal(tmp_path, "help", "operations", columns=WIDTH)

    assert "Backup and restore" in shown
    assert "## " not in shown
    assert "\x1b[1m" in shown


def test_page_that_does_not_exist_is_a_usage_error_with_a_suggestion(tmp_path: Path) -> None:
    near = ordosync(tmp_path, "help", "operation")
    command = ordosync(tmp_path, "help", "import-orders")
    strange = ordosync(tmp_path, "help", "x")

    assert (near.code, near.out) == (2, "")
    assert near.err == "error: no help on 'operation'; did you mean operations?\n"
    assert "`ordosync import-orders --help`" in command.err
    assert strange.err.startswith("error: no help on 'x'; choose architecture, commands, ")
    assert strange.err.count("\n") == 1


@pytest.mark.parametrize("kind", KINDS)
def test_example_of_a_kind_is_right_and_has_each_of_its_options(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ORDORO_KEY", "ORDORO_SECRET", "WOOCOMMERCE_SECRET", "SHOPIFY_TOKEN"):
        monkeypatch.setenv(name, "secret")
    example = ordosync(tmp_path, "config", "example", kind).out
    (tmp_path / "config.yaml").write_text(example)
    (tmp_path / "config.yaml").chmod(0o600)

    result = ordosync(tmp_path, "config", "check")

    assert (result.code, result.err) == (0, "")
    assert f"kind: {kind}\n" in example
    assert [option for option in options(kind) if f"{option}:" not in example] == []


def options(kind: str) -> set[str]:
    """Return the names of all options of a kind in the YAML, but those for tests."""
    adapter = account_class(kind)
    names = set(inspect.signature(adapter.__init__).parameters) - {"self", "name", "spool"}
    for group in (adapter.merchant_options, adapter.supplier_options):
        names |= {field.name for field in dataclasses.fields(group)} if group else set()
    return names


def test_full_example_is_that_of_the_repository_and_right(tmp_path: Path) -> None:
    result = ordosync(tmp_path, "config", "example")
    (tmp_path / "config.yaml").write_text(result.out)

    checked = ordosync(tmp_path, "config", "check")

    assert result.out == (ROOT / "config.example.yaml").read_text("utf-8")
    assert (checked.code, checked.err) == (0, "")


def test_ping_of_the_full_example_is_right(tmp_path: Path) -> None:
    plain, ping, commented = documentation.example().partition("    # ping:")
    (tmp_path / "config.yaml").write_text(plain + (ping + commented).replace("    # ", "    "))
    (tmp_path / "config.yaml").chmod(0o600)

    result = ordosync(tmp_path, "config", "check")

    assert (result.code, result.err) == (0, "")


def test_example_of_an_unknown_kind_is_a_usage_error(tmp_path: Path) -> None:
    result = ordosync(tmp_path, "config", "example", "shopfy")

    assert (result.code, result.out) == (2, "")
    assert result.err == "error: no kind of account 'shopfy'; did you mean shopify?\n"


@pytest.mark.slow
def test_wheel_has_pages_example_and_licence(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "-w",
        "wheel",
        str(ROOT),
    ]
    built = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    if built.returncode and "hatchling" in built.stderr:
        pytest.skip("the build backend cannot be downloaded")
    assert built.returncode == 0, built.stderr

    [wheel] = (tmp_path / "wheel").iterdir()
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        example = archive.read("ordosync/docs/config.example.yaml").decode()
    assert {f"ordosync/docs/{topic}.md" for topic in documentation.topics()} <= names
    assert example == documentation.example()
    assert [name for name in names if name.endswith(".dist-info/licenses/LICENSE")]
