"""What must start fast imports next to nothing."""

import subprocess
import sys

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
