"""The pages of documentation and the examples are installed, and `ordosync` shows them."""

import dataclasses
import inspect
import io
import re
import shlex
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from rich.console import Console

from ordosync.accounts import KINDS, account_class
from ordosync.cli import documentation
from ordosync.cli.commands import COMMANDS, SECTIONS, load
from ordosync.cli.output import markdown
from ordosync.config.alert_settings import (
    AlertsConfig,
    DigestConfig,
    MailConfig,
    QuietConfig,
    RuleConfig,
    TargetConfig,
)
from tests.support.command import CONFIG, on_a_terminal, ordosync, shop

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
    strange = ordosync(tmp_path, "help", "x")

    assert (near.code, near.out) == (2, "")
    assert near.err == "error: no help on 'operation'; did you mean operations?\n"
    assert strange.err.startswith("error: no help on 'x'; choose alerts, architecture, commands")
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


def test_alerts_of_the_full_example_are_right_and_have_each_option(tmp_path: Path) -> None:
    before, begin, rest = documentation.example().partition("# alerts:\n")
    commented, _, after = rest.partition("\n\n")
    section = "\n".join(line.removeprefix("# ") for line in commented.splitlines())
    text = f"{before}{begin.removeprefix('# ')}{section}\n\n{after}"
    (tmp_path / "config.yaml").write_text(text)
    (tmp_path / "config.yaml").chmod(0o600)

    result = ordosync(tmp_path, "config", "check")

    groups = (AlertsConfig, MailConfig, TargetConfig, RuleConfig, QuietConfig, DigestConfig)
    names = {
        field.name.removesuffix("_") for group in groups for field in dataclasses.fields(group)
    }
    assert (result.code, result.err) == (0, "")
    assert [name for name in names if f"{name}:" not in section] == []


@pytest.mark.parametrize("number", [0, 1])
def test_alerts_of_the_page_are_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setenv("NTFY_URL", "ntfy://topic")
    sections = re.findall(
        r"^```yaml\n(.+?)^```", documentation.page("alerts"), re.MULTILINE | re.DOTALL
    )
    section = sections[number]
    assert len(sections) == 2
    shop(tmp_path, config=CONFIG + section)
    (tmp_path / "smtp.txt").write_text("secret\n")
    for name in ("config.yaml", "smtp.txt"):
        (tmp_path / name).chmod(0o600)

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


def commands() -> list[tuple[str, Any]]:
    """Return every command with its words, `orders list` as well as `why`."""
    found = []
    for name in COMMANDS:
        command = load(name)
        inner = getattr(command, "commands", None)
        found += [(f"{name} {sub}", inner[sub]) for sub in inner] if inner else [(name, command)]
    return found


@pytest.mark.parametrize(("words", "command"), commands(), ids=[name for name, _ in commands()])
def test_help_of_each_command_has_an_example_that_it_accepts(words: str, command: Any) -> None:
    assert "For example:\n" in command.help
    examples = command.help.partition("For example:\n")[2].splitlines()

    for example in examples:
        program, *arguments = shlex.split(example)
        assert [program, *arguments][: 1 + len(words.split())] == ["ordosync", *words.split()]
        command.make_context(words, arguments[len(words.split()) :])


def test_list_of_commands_has_a_line_each_under_its_subject(tmp_path: Path) -> None:
    shown = ordosync(tmp_path, "--help").out

    assert [name for name in COMMANDS if f"\n  {name} " not in shown] == []
    assert [title for title in SECTIONS if f"\n{title}:\n" not in shown] == []
    assert all(len(words) <= WIDTH - 24 for _, words in COMMANDS.values())


def test_help_of_a_group_cuts_no_description(tmp_path: Path) -> None:
    shown = " ".join(ordosync(tmp_path, "orders", "--help").out.split())

    descriptions = [command.help.split("\n\n")[0] for command in load("orders").commands.values()]
    assert [text for text in descriptions if text not in shown] == []


def test_help_on_a_command_shows_its_options(tmp_path: Path) -> None:
    shown = ordosync(tmp_path, "help", "import-orders")

    assert shown.code == 0
    assert shown.out.startswith("Usage: ordosync import-orders ")
    assert "--dry-run" in shown.out


def test_version_has_a_short_option(tmp_path: Path) -> None:
    assert ordosync(tmp_path, "-V").out == ordosync(tmp_path, "--version").out


def test_configuration_may_be_named_before_the_command(tmp_path: Path) -> None:
    shop(tmp_path)
    config = str(tmp_path / "config.yaml")
    (tmp_path / "elsewhere").mkdir()

    before = ordosync(tmp_path / "elsewhere", "--config", config, "autosync", "--json")
    both = ordosync(tmp_path, "--config", "none.yaml", "autosync", "--config", config, "--json")

    assert (before.code, both.code) == (0, 0)
    assert len(before.json["schedule"]) == len(both.json["schedule"]) == 1


@pytest.mark.parametrize("topic", documentation.topics())
def test_configuration_of_a_page_can_be_copied_from_a_terminal(topic: str) -> None:
    page, printed = documentation.page(topic), io.StringIO()

    markdown.show_on(Console(file=printed, width=WIDTH, force_terminal=True, no_color=True), page)

    shown = "\n".join(
        line.rstrip() for line in re.sub("\x1b.*?m", "", printed.getvalue()).split("\n")
    )
    for block in re.findall(r"^```yaml\n(.+?)^```", page, re.MULTILINE | re.DOTALL):
        copied = shown[shown.index(block) :][: len(block)]
        assert yaml.safe_load(copied) == yaml.safe_load(block)


def test_help_on_a_command_of_a_group(tmp_path: Path) -> None:
    shown = ordosync(tmp_path, "help", "orders", "ship")
    wrong = ordosync(tmp_path, "help", "orders", "shp")

    assert (shown.code, wrong.code) == (0, 2)
    assert shown.out.startswith("Usage: ordosync orders ship ")


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (
            "orders list --nowhere",
            "error: no such option: --nowhere; `ordosync orders list ",
        ),
        ("order list", "error: there is no command 'order'; did you mean orders?"),
        (
            "show abc",
            "error: invalid value for 'run': 'abc' is not a whole number; `ordosync why abc",
        ),
        ("why", "error: missing argument "),
        ("orders shp", "error: no such command 'shp'"),
    ],
)
def test_every_usage_error_is_one_line(tmp_path: Path, words: str, text: str) -> None:
    refused = ordosync(tmp_path, *words.split())

    assert (refused.code, refused.out, refused.err.count("\n")) == (2, "", 1)
    assert refused.err.startswith(text)
