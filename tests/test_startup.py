"""What must start fast imports next to nothing."""

import subprocess
import sys

from ordosync.cli.commands import COMMANDS, load

HEAVY = ("typer", "requests", "rich", "sqlite_utils", "yaml", "logging", "dataclasses", "asyncio")


def test_the_version_imports_none_of_the_heavy_modules() -> None:
    code = (
        "import sys; sys.argv = ['ordosync', '--version'];"
        "from ordosync.__main__ import main; main();"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    version, imported = done.stdout.splitlines()
    assert version.startswith("ordosync ")
    assert imported == "[]"


def test_the_list_of_commands_says_of_each_what_it_says_itself() -> None:
    for name, (_, words) in COMMANDS.items():
        command = load(name)

        assert command.help.split("\n\n")[0] == words, name


def test_help_imports_no_command() -> None:
    code = (
        "import sys; sys.argv = ['ordosync', '--help'];"
        "from ordosync.__main__ import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print([name for name in ('rich', 'yaml', 'ordosync.cli.tasks') if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "[]"
