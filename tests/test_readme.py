"""The commands of the README and of `ordosync/docs` run as they are written there.

A comment above each block of shell commands says where it runs: in an empty folder, after `init`,
in the folder of the demo, with a crontab, against the mock of a service, or with a database in
PostgreSQL. Not run are blocks with
a comment `not run`, which says why: they need an account at a service, install from the network,
or run the tests themselves. The block `test` is run by `.ci/run`. Blocks of the type `console`
show the output of a command in the folder of the demo; blocks without a type are drawings.
The YAML is checked in `test_help.py`.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import psycopg
import pytest

from ordosync.store import postgres_checks
from ordosync.store.checks import Check
from tests.support.command import CONFIG, HEADER, Done, ordosync, row, shop
from tests.support.postgres import ELSEWHERE
from tests.support.shared import DEMO, demo_files
from tests.support.stores import configured

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "ordosync" / "docs").glob("*.md"))]
MOST_LINES = 220
BLOCK = re.compile(r"(?:^<!-- ([^\n]+) -->\n)?^```sh\n(.+?)^```", re.MULTILINE | re.DOTALL)
SQL = re.compile(r"^```sql\n(.+?)^```", re.MULTILINE | re.DOTALL)
ADDRESS = "ordosync:${DB_PASSWORD}@db/ordosync"
"""The role, the server and the database of a page."""
CONSOLE = re.compile(r"^```console\n\$ (.+)\n((?:.+\n)+)```", re.MULTILINE)
LINK = re.compile(r"\[[^]\n]+\]\(([^)\s]+)\)")
PATH = re.compile(r"`((?:ordosync|tests|\.ci)/[\w./-]*)`")
PLACES = ("empty", "init", "demo", "cron")
ENTER_DEMO = f"cd {DEMO}"
SKIPPED = (". .venv/bin/activate", ENTER_DEMO, "mkdir ~/my-shop && cd ~/my-shop")
"""Run a block of shell commands in this folder."""


class Block(NamedTuple):
    """Shell commands of a page, and the comment above them."""

    page: str
    marker: str
    commands: tuple[str, ...]


def blocks() -> Iterator[Block]:
    for page in PAGES:
        for marker, text in BLOCK.findall(page.read_text("utf-8")):
            yield Block(page.name, marker, tuple(text.replace("\\\n", " ").splitlines()))


def runnable() -> Iterator[tuple[Block, str]]:
    for block in blocks():
        if block.marker.startswith("run: "):
            for place in block.marker.removeprefix("run: ").split(", "):
                if place in PLACES:
                    yield block, place


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return demo_files(tmp_path_factory)


@pytest.fixture
def crontab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `crontab` that keeps its table in a file."""
    program = tmp_path / "bin" / "crontab"
    program.parent.mkdir()
    table = tmp_path / "table"
    table.write_text("")
    program.write_text(f'#!/bin/sh\n[ "$1" = -l ] && exec cat {table}\ncat > {table}')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    return table


@pytest.mark.parametrize(
    ("block", "place"), list(runnable()), ids=lambda value: getattr(value, "page", value)
)
def test_block_of_commands_runs_as_written(
    block: Block, place: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    folder = tmp_path / "folder"
    if place == "demo":
        shutil.copytree(request.getfixturevalue("demo"), folder)
    else:
        folder.mkdir()
    if place == "cron":
        request.getfixturevalue("crontab")
    if place in ("init", "cron"):
        ordosync(folder, "init")
        ordosync(folder, "import-orders")

    for command in block.commands:
        run(folder, command)

    assert place != "cron" or "run-due" in (tmp_path / "table").read_text()


@pytest.mark.parametrize("places", [("empty", "init", "cron"), ("demo", "init", "cron")])
def test_blocks_of_all_pages_can_be_typed_one_after_another(
    places: tuple[str, ...], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue("crontab")
    folder = tmp_path / "folder"
    if "demo" in places:
        shutil.copytree(request.getfixturevalue("demo"), folder)
    else:
        folder.mkdir()

    # `{}` keeps one of the blocks that run in several of these places.
    for block in {block: None for place in places for block, at in runnable() if at == place}:
        for command in block.commands:
            run(folder, command)


def test_output_that_the_pages_show_is_that_of_the_command(tmp_path: Path, demo: Path) -> None:
    folder = shutil.copytree(demo, tmp_path / "demo")
    [first, *_] = [block for block, place in runnable() if place == "demo"]
    for command in first.commands:
        run(folder, command)

    shown = [block for page in PAGES for block in CONSOLE.findall(page.read_text("utf-8"))]
    for command, output in shown:
        result = ordosync(folder, *command.split()[1:])
        assert without_times(result.out) == without_times(output)
    # One is in the README, one in troubleshooting.
    assert len(shown) == 2


def without_times(text: str) -> list[str]:
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [A-Z]+", "", text).split()


def run(folder: Path, command: str, *further: str) -> None:
    words = shlex.split(command)
    if command in SKIPPED:
        return
    if words[0] in ("pg_dump", "pg_restore"):
        subprocess.check_call([os.path.expandvars(word) for word in words], cwd=folder)
    elif words[0] == "cat":
        assert (folder / words[1]).read_text("utf-8"), command
    else:
        assert words[0] in ("ordosync", ".venv/bin/ordosync"), command
        result = ordosync(folder, *words[1:], *further)
        assert result.code == 0, (command, result)


def test_trial_of_the_readme_is_the_demo() -> None:
    [trial] = [block.commands for block in blocks() if block.marker == "try"]

    assert [line.split(" && ")[-1] for line in trial] == [".venv/bin/ordosync demo"]


@pytest.mark.parametrize("kind", ["ordoro", "shopify", "woocommerce"])
def test_commands_for_the_mock_of_a_service_run_as_written(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mock, client = (
        block.commands
        for block in blocks()
        if block.page == f"{kind}.md" and block.marker in ("run: mock", "run: with mock")
    )
    [start], [export, *commands] = mock, client
    monkeypatch.setenv("PYTHONPATH", str(ROOT))

    process = subprocess.Popen(
        [sys.executable, *start.split()[1:]], cwd=tmp_path, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        while not process.stdout.readline().startswith("Configuration:"):
            pass
        for command in commands:
            run(tmp_path, command, "--config", export.partition("=")[2])
    finally:
        process.terminate()
        process.communicate()


@pytest.fixture
def address(postgres_server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a role and its database, which were created as a page says."""
    if os.environ.get(ELSEWHERE) or not shutil.which("pg_dump"):
        pytest.skip("no pg_dump, or the server is not of these tests")
    name, server = f"page_{uuid4().hex}", postgres_server.partition("@")[2].partition("/")[0]
    [statements] = SQL.findall((ROOT / "ordosync" / "docs" / "postgresql.md").read_text("utf-8"))
    with psycopg.connect(f"postgresql://postgres@{server}/postgres", autocommit=True) as db:
        for statement in statements.replace("ordosync", name).splitlines():
            db.execute(statement)
    monkeypatch.setenv("DB_PASSWORD", "x")
    url = f"postgresql://{name}@{server}/{name}"
    monkeypatch.setenv("DATABASE_URL", url)
    # The server of the tests keeps nothing on a disk.
    monkeypatch.setattr(postgres_checks, "_server", lambda _: Check(name="", state="ok", text=""))
    yield f"{name}:${{DB_PASSWORD}}@{server}/{name}"
    with psycopg.connect(url, autocommit=True) as db:
        # Threads that show that this process is alive end without their table.
        db.execute("drop schema public cascade")


def test_commands_for_several_hosts_run_as_written(
    tmp_path: Path, address: str, crontab: Path
) -> None:
    check, copy, undo, back, dump, restore = (
        block.commands for block in blocks() if block.marker == "run: postgres"
    )
    configuration = configured(CONFIG, f"postgresql://{address}")

    def follow(*blocks_of_commands: Sequence[str]) -> None:
        for commands in blocks_of_commands:
            for command in commands:
                run(tmp_path, command.replace(ADDRESS, address))

    def imported(number: str) -> Done:
        shop(tmp_path, HEADER + row("1") + row(number), config=configuration)
        return ordosync(tmp_path, "import-orders", "--json")

    shop(tmp_path, HEADER + row("1"))
    assert ordosync(tmp_path, "import-orders").code == 0
    assert ordosync(tmp_path, "cron", "install").code == 0
    follow(copy, undo, copy)
    shop(tmp_path, config=configuration)
    follow(check, dump)
    imported("2")
    follow(restore)
    again = imported("2")
    follow(back)

    assert crontab.read_text() == ""
    assert again.code == 0
    orders = ordosync(tmp_path, "orders", "list", "--json").json["orders"]
    assert sorted(order["number"] for order in orders) == ["1", "2"]


def test_every_block_of_commands_says_where_it_runs() -> None:
    known = {"try", "test", "run: mock", "run: with mock", "run: postgres"}

    for block in blocks():
        places = block.marker.removeprefix("run: ").split(", ")
        assert (
            block.marker in known
            or block.marker.startswith("not run: ")
            or set(places) <= set(PLACES)
        ), block


def test_readme_is_short_and_begins_with_its_words() -> None:
    lines = PAGES[0].read_text("utf-8").splitlines()

    assert len(lines) <= MOST_LINES
    for word in ("Portal", "Merchant", "Supplier"):
        assert any(line.startswith(f"* **{word}**:") for line in lines[:10])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_paths_of_a_page_lead_to_files(page: Path) -> None:
    text = page.read_text("utf-8")

    links = [link for link in LINK.findall(text) if not link.startswith("https://")]
    assert [link for link in links if not (page.parent / link).exists()] == []
    assert [path for path in PATH.findall(text) if not (ROOT / path).exists()] == []


def test_readme_links_to_every_page() -> None:
    links = LINK.findall(PAGES[0].read_text("utf-8"))

    assert {f"ordosync/docs/{page.name}" for page in PAGES[1:]} <= set(links)


COMMANDS = {
    name
    for page in PAGES
    for name in re.findall(r"`ordosync ([a-z][a-z-]*)(?![\w=])", page.read_text("utf-8"))
}


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_that_a_page_names_has_help(command: str, tmp_path: Path) -> None:
    result = ordosync(tmp_path, command, "--help")

    assert result.code == 0, result
    assert "Usage: " in result.out
