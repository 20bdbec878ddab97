"""Commands that must start fast import few modules."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ordosync.cli.commands import COMMANDS, load
from tests.support.command import HEADER, row, shop

HEAVY = ("typer", "requests", "rich", "sqlite_utils", "yaml", "logging", "dataclasses", "asyncio")


def test_the_version_imports_none_of_the_heavy_modules() -> None:
    code = (
        "import sys; sys.argv = ['ordosync', '--version'];"
        "from ordosync.__main__ import main; main();"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )

    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    version, imported = result.stdout.splitlines()
    assert version.startswith("ordosync ")
    assert imported == "[]"


def test_the_list_of_commands_has_the_summary_of_each() -> None:
    for name, (_, words) in COMMANDS.items():
        command = load(name)

        assert command.help.split("\n\n")[0] == words, name


def test_the_end_of_a_command_looks_for_no_garbage() -> None:
    code = (
        "import atexit, gc, sys; sys.argv = ['ordosync', '--version'];"
        "atexit.register(lambda: print(len(gc.get_objects())));"
        "from ordosync.__main__ import main; main()"
    )

    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert result.stdout.splitlines()[-1] == "0"


@pytest.mark.parametrize("words", [["--help"], ["help"], ["help", "files"]], ids=" ".join)
def test_help_imports_no_command(words: list[str]) -> None:
    code = (
        f"import sys; sys.argv = ['ordosync', *{words!r}];"
        "from ordosync.__main__ import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print([name for name in ('rich', 'yaml', 'ordosync.cli.tasks') if name in sys.modules])"
    )

    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert result.stdout.splitlines()[-1] == "[]"


def test_the_log_imports_nothing_that_only_other_commands_need() -> None:
    others = (
        *("rich", "yaml", "csv", "requests", "msgspec", "decimal", "ordosync.accounts"),
        *("ordosync.store.schedule", "ordosync.store.statistics", "ordosync.store.steps"),
        *("ordosync.store.link_table", "ordosync.models", "ordosync.cli.output.steps"),
        "ordosync.cli.output.terminal_table",
    )
    code = (
        "import sys; import ordosync.cli.activity;"
        f"print([name for name in {others!r} if name in sys.modules])"
    )

    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert result.stdout == "[]\n"


@pytest.mark.parametrize("module", ["typer", "ordosync.cli.activity", "ordosync.idle"])
def test_ctrl_c_while_modules_are_imported_ends_the_command_without_a_traceback(
    module: str,
) -> None:
    words = ["run-due"] if module == "ordosync.idle" else ["activity"]
    code = (
        "import os, signal, sys\n"
        "class Interrupts:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name == {module!r}: os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Interrupts())\n"
        f"sys.argv = ['ordosync', *{words!r}]\n"
        "from ordosync.__main__ import main; main()"
    )

    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )

    assert (result.returncode, result.stdout, result.stderr) == (-signal.SIGINT, "", "")


def test_an_account_of_local_folders_imports_no_protocol_and_no_mirror(tmp_path: Path) -> None:
    places = "ordosync.accounts.files.places"
    unused = [f"{places}.{name}" for name in ("mirror", "sftp", "ftps", "https")]
    unused += ["asyncssh", "asyncio", "ftplib", "requests"]
    code = (
        "import sys; sys.argv = ['ordosync', 'import-orders']\n"
        "from ordosync.__main__ import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        f"print([name for name in {unused!r} if name in sys.modules])"
    )
    shop(tmp_path, HEADER + row("1001"))

    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    )

    assert result.stdout.splitlines()[-1] == "[]"


def test_each_command_can_be_asked_for_help_without_the_libraries_of_the_extras() -> None:
    missing = ["psycopg", "procrastinate", "asyncssh", "apprise", "xlrd", "xlsxwriter"]
    code = (
        "import sys\n"
        f"sys.modules |= dict.fromkeys({missing!r})\n"
        "from ordosync.cli.commands import COMMANDS, load\n"
        "for name in COMMANDS: load(name)"
    )

    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )

    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize(
    "words", [["import-orders"], ["run-due"], ["config", "check"]], ids=" ".join
)
def test_a_store_in_a_file_imports_nothing_of_postgresql(words: list[str], tmp_path: Path) -> None:
    code = (
        f"import sys; sys.argv = ['ordosync', *{words!r}]\n"
        "from ordosync.__main__ import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "names = [name for name in sys.modules if name.startswith(('psycopg', 'procrastinate',"
        " 'ordosync.postgres.', 'ordosync.store.postgres'))]\n"
        "print(names)"
    )
    shop(tmp_path, HEADER + row("1001"))

    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    )

    assert result.stdout.splitlines()[-1] == "[]"
