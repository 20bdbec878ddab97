"""The progress of long transfers: a terminal of 80 columns shows it, a pipe and cron do not."""

import re
from pathlib import Path
from unittest.mock import patch

import pytest
from rich.cells import cell_len

from ordosync.cli.output import progress as display
from tests.accounts.files.places.conftest import _sshd  # noqa: F401 - a fixture
from tests.accounts.files.places.httpd import httpd
from tests.accounts.files.places.sshd import Sshd
from tests.scenarios.places.reading import CONFIG, PLACE
from tests.scenarios.places.served import Served
from tests.support.command import HEADER, on_a_terminal, row

pytestmark = pytest.mark.slow
CLEAR = "\r\x1b[K"
LARGE = f"note,{HEADER}" + "".join(f"{'x' * 100_000},{row('1001')}" for _ in range(200))
RATE = r"\d+\.\d MB/s, \d+ s left"


def shown(folder: Path, *words: str) -> list[str]:
    """Return each text of the progress on a terminal; none is wider than it."""
    seen = on_a_terminal(folder, *words, columns=80, raw=True)
    texts = [part.partition("\n")[0].rstrip("\r") for part in seen.split(CLEAR)[1:]]
    lines = [text for text in texts if "\x1b" not in text]
    assert max(map(cell_len, lines)) < 80
    return lines


@pytest.fixture(name="world")
def _world(tmp_path: Path, sshd: Sshd) -> Served:
    world = Served.by_sftp(tmp_path, sshd)
    world.configure()
    return world


def test_a_download_shows_its_rate_also_if_its_name_is_long(world: Served) -> None:
    name = f"{'orders-of-november-' * 5}7.csv"
    (world.remote / "orders" / name).write_text(LARGE)

    lines = shown(world.folder, "import-orders")

    pattern = rf"fetch orders-.*\.\.\..*7\.csv, \d+\.\d MB of 20\.0 MB \(\d+%\), {RATE}.*"
    assert any(re.fullmatch(pattern, line) for line in lines), lines


def test_many_small_files_are_counted(world: Served) -> None:
    for number in range(60):
        world.drop(f"{number}", f"1{number:03}")

    lines = shown(world.folder, "import-orders")

    assert any(re.fullmatch(r"fetch files, \d+ of 60 \(\d+%\), \d+/s, .*", line) for line in lines)


def test_an_upload_shows_its_rate(world: Served) -> None:
    config = world.folder / "config.yaml"
    config.write_text(
        config.read_text()
        .replace("quantity: Qty, ship_to.name: Name", "quantity: Qty, name: Name", 1)
        .replace("ship_to.name: to", "customer_notes: to")
    )
    lines = "".join(f"1001,SKU-{n},{'Mug ' * 200},1,9.50,,DE\n" for n in range(9_000))
    (world.remote / "orders" / "a.csv").write_text(HEADER + lines)

    shown_lines = shown(world.folder, "import-orders")

    pattern = rf"hand over PO_1001\.csv, \d+\.\d MB of \d+\.\d MB \(\d+%\), {RATE}.*"
    assert any(re.fullmatch(pattern, line) for line in shown_lines), shown_lines


def test_a_download_from_a_web_server_shows_its_rate(tmp_path: Path) -> None:
    with httpd() as server:
        server.content = LARGE.encode()
        config = CONFIG.replace(PLACE, f'place: "{server.options().url}"')
        (tmp_path / "config.yaml").write_text(config.replace("out/*.csv", "orders.csv"))

        lines = shown(tmp_path, "import-orders")

    assert any(re.match(r"fetch orders\.csv, \d+\.\d MB, \d+\.\d MB/s", line) for line in lines)


@pytest.mark.parametrize("words", ["import-orders", "run-due"])
def test_nothing_is_shown_in_a_pipe(world: Served, words: str) -> None:
    (world.remote / "orders" / "a.csv").write_text(LARGE)

    with patch.multiple(display, _DELAY_S=0.0, _INTERVAL_S=0.01):
        done = world.run(words)

    assert done.code == 0
    assert "MB" not in done.out
    assert "\x1b" not in done.out + done.err
    assert "fetch" not in done.err.replace("1 file fetched", "")
