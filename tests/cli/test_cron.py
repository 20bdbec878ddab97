"""`ordosync cron`, against a fake crontab program, and against a real cron."""

import os
import shutil
import subprocess
import sysconfig
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ordosync import crontab
from ordosync.errors import OrdosyncError
from tests.support.command import AT_ONCE, HEADER, Done, numbers, ordosync, row, shop

ROOT = Path(__file__).parents[2]
FAKE = """#!/bin/sh
case "$1" in
  -l) cat "{table}" 2>/dev/null || { echo "no crontab for you" >&2; exit 1; } ;;
  -) cat > "{table}" ;;
esac
"""
OTHERS = "MAILTO=ops@example.org\n# nightly\n0 3 * * *\tbackup  100\\%\n"


@pytest.fixture(name="table")
def _table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the table of a fake crontab program, first on the PATH; it is still empty."""
    table = tmp_path / "crontab of somebody"
    program = tmp_path / "bin" / "crontab"
    program.parent.mkdir()
    program.write_text(FAKE.replace("{table}", str(table)))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    return table


def cron(folder: Path, *words: str) -> Done:
    return ordosync(folder, "cron", *words)


def test_install_calls_run_due_every_minute_for_this_configuration(
    tmp_path: Path, table: Path
) -> None:
    shop(tmp_path)

    result = cron(tmp_path, "install")

    assert result.code == 0
    begin, line, end = table.read_text().splitlines()
    config = tmp_path / "config.yaml"
    assert (begin, end) == (f"# >>> ordosync {config} >>>", f"# <<< ordosync {config} <<<")
    assert line.startswith("* * * * * /")
    assert line.endswith(f" run-due --config {config}")
    assert result.out.splitlines()[3:] == [f"+{line}" for line in (begin, line, end)]


def test_all_other_lines_stay_as_they_are_to_the_byte(tmp_path: Path, table: Path) -> None:
    shop(tmp_path)
    others = OTHERS.encode() + b"# caf\xe9\r\n"
    table.write_bytes(others)

    cron(tmp_path, "install")
    installed = table.read_bytes()
    again = cron(tmp_path, "install")
    assert installed.startswith(others)
    assert table.read_bytes() == installed
    assert "nothing was changed" in again.err

    removed = cron(tmp_path, "remove")
    assert table.read_bytes() == others
    assert "cron runs no task any more" in removed.err
    assert "health" not in removed.err


def test_an_old_block_is_replaced_in_place(tmp_path: Path, table: Path) -> None:
    shop(tmp_path)
    cron(tmp_path, "install")
    new = table.read_text()
    begin, _, end = new.splitlines()
    table.write_text(f"{begin}\n* * * * * /gone/ordosync run-due\n{end}\n{OTHERS}")

    cron(tmp_path, "install")

    assert table.read_text() == new + OTHERS


def test_the_block_of_another_configuration_is_left_alone(tmp_path: Path, table: Path) -> None:
    removed, kept = tmp_path / "removed", tmp_path / "kept"
    for folder in (removed, kept):
        folder.mkdir()
        shop(folder)
        cron(folder, "install")

    cron(removed, "remove")

    assert str(removed) not in table.read_text()
    assert table.read_text().count(str(kept)) == 3


def test_a_last_line_without_its_end_is_not_continued(tmp_path: Path, table: Path) -> None:
    shop(tmp_path)
    table.write_text("0 3 * * * backup")

    cron(tmp_path, "install")

    assert table.read_text().startswith("0 3 * * * backup\n# >>> ")


@pytest.mark.parametrize("command", ["install", "remove"])
def test_dry_run_shows_the_difference_and_changes_nothing(
    tmp_path: Path, table: Path, command: str
) -> None:
    shop(tmp_path)
    table.write_text(OTHERS)
    if command == "remove":
        cron(tmp_path, "install")
    before = table.read_text()

    result = cron(tmp_path, command, "--dry-run")

    assert result.code == 0
    assert "run-due" in result.out
    assert table.read_text() == before


@pytest.mark.parametrize("damage", ["begin", "end", "twice", "swapped"])
def test_a_damaged_block_is_refused_and_not_changed(
    tmp_path: Path, table: Path, damage: str
) -> None:
    shop(tmp_path)
    cron(tmp_path, "install")
    begin, line, end = table.read_text().splitlines()
    damaged = {
        "begin": [line, end],
        "end": [begin, line],
        "twice": [begin, line, end, begin, line, end],
        "swapped": [end, line, begin],
    }[damage]
    table.write_text("\n".join(damaged) + "\n")

    results = [cron(tmp_path, command) for command in ("install", "remove")]

    assert [result.code for result in results] == [1, 1]
    assert "is damaged; fix it with `crontab -e`" in results[0].err
    assert table.read_text() == "\n".join(damaged) + "\n"


def test_a_wrong_configuration_is_not_installed(tmp_path: Path, table: Path) -> None:
    shop(tmp_path, config="portals: nonsense\n")

    assert cron(tmp_path, "install").code == 3
    assert not table.exists()


def test_without_a_crontab_program_the_lines_can_still_be_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))

    shown, installed = cron(tmp_path, "render"), cron(tmp_path, "install")

    assert shown.code == 0
    assert "run-due --config" in shown.out
    assert (installed.code, len(installed.err.splitlines())) == (1, 1)
    assert "install cron" in installed.err


def test_a_crontab_that_takes_other_lines_is_noticed(tmp_path: Path, table: Path) -> None:
    program = table.parent / "bin" / "crontab"
    program.write_text(program.read_text().replace("cat >", "head -1 >"))
    shop(tmp_path)

    result = cron(tmp_path, "install")

    assert result.code == 1
    assert "stored other lines than the given ones" in result.err


@pytest.mark.parametrize("name", ["it's here", "50% off", "$(touch harm)", "a;b", "é"])
def test_a_path_is_escaped_for_cron_and_its_shell(tmp_path: Path, name: str) -> None:
    config = tmp_path / name / "config.yaml"
    line = crontab.block(("echo",), config).splitlines()[1]

    # As cron does: an unescaped % would be a line break, and /bin/sh gets the rest.
    command = line.removeprefix("* * * * * ").replace(r"\%", "%")
    assert line.count("%") == line.count(r"\%")
    result = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=True)

    assert result.stdout == f"run-due --config {config}\n"


def test_a_path_with_a_line_break_is_refused() -> None:
    with pytest.raises(OrdosyncError, match="line break"):
        crontab.block(("ordosync",), Path("/srv/a\n* * * * * harm/config.yaml"))


def why_no_real_cron() -> str:
    if os.geteuid() != 0:
        return "only root can start another cron"
    if not shutil.which("cron", path="/usr/sbin:/usr/bin"):
        return "cron is not installed"
    if Path("/var/run/crond.pid").exists() and not _is_stale(Path("/var/run/crond.pid")):
        return "a cron runs already"
    return ""


def _is_stale(pid_file: Path) -> bool:
    return not Path("/proc", pid_file.read_text().strip() or "none").exists()


@pytest.fixture(name="run_cron")
def _run_cron() -> Iterator[Callable[[str], None]]:
    """Run cron in the foreground with a crontab of the user."""
    if reason := why_no_real_cron():
        pytest.skip(reason)
    table = Path("/var/spool/cron/crontabs/root")
    kept = table.read_bytes() if table.exists() else None
    processes: list[subprocess.Popen[bytes]] = []

    def run(crontab: str) -> None:
        # The crontab first: cron compares whole seconds, so a cron that looks into the folder
        # while `crontab` is writing there never sees what it wrote.
        subprocess.run(["crontab", "-"], input=crontab, text=True, check=True)
        assert table.exists()
        command = ["/usr/sbin/cron", "-f"]
        environment = {"PATH": "/usr/bin:/bin"}
        processes.append(subprocess.Popen(command, env=environment, start_new_session=True))

    try:
        yield run
    finally:
        for process in processes:
            process.terminate()
            process.wait()
        table.unlink(missing_ok=True)
        if kept is not None:
            table.write_bytes(kept)
            table.chmod(0o600)


@pytest.mark.slow
def test_a_real_cron_imports_what_is_dropped_into_the_folder(
    tmp_path: Path, run_cron: Callable[[str], None]
) -> None:
    shop(tmp_path, config=AT_ONCE + "    tasks: {import-orders: 10-minutes}\n")
    output = tmp_path / "said"
    programs = tmp_path / "bin"
    programs.mkdir()
    installed = Path(sysconfig.get_path("scripts"), "ordosync")
    # The output shows what cron would mail.
    (programs / "ordosync").write_text(f'#!/bin/sh\n{installed} "$@" >> {output} 2>&1\n')
    (programs / "ordosync").chmod(0o755)
    example = (ROOT / "crontab.example").read_text()
    lines = [
        f"PATH={programs}:/usr/bin:/bin"
        if line.startswith("PATH=")
        else f"ORDOSYNC_CONFIG={tmp_path / 'config.yaml'}"
        if line.startswith("ORDOSYNC_CONFIG=")
        else line
        for line in example.splitlines()
    ]
    (tmp_path / "feeds" / "orders.csv").write_text(HEADER + row("1") + row("2"))

    run_cron("\n".join(lines) + "\n")

    waited_until = time.monotonic() + 300
    while not (tmp_path / "warehouse.db").exists() and time.monotonic() < waited_until:
        # The clock of a real cron cannot be set.
        time.sleep(0.5)
    while not numbers(tmp_path) and time.monotonic() < waited_until:
        time.sleep(0.5)
    assert output.read_text() == ""
    assert numbers(tmp_path) == ["1", "2"]
