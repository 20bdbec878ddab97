"""Each way to hand a file over, killed at each step, at real SFTP and FTPS servers."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ordosync.accounts.files.outbox.outbox import Outbox
from ordosync.accounts.files.outbox.publishing import Publish
from ordosync.accounts.files.outbox.records import OutboxRecords
from ordosync.accounts.files.places.ftps import FtpsPlace
from ordosync.accounts.files.places.place import Place
from ordosync.accounts.files.places.sftp import SftpPlace
from ordosync.errors import NotShownError
from tests.accounts.files.places import ftpd
from tests.accounts.files.places.conftest import _sshd  # noqa: F401 - a fixture
from tests.accounts.files.places.sshd import Sshd
from tests.support.clock import VirtualClock
from tests.support.kills import killed_at
from tests.support.places import Partner

pytestmark = pytest.mark.slow
POINTS = (
    *("outbox-made", "outbox-uploading", "outbox-uploaded"),
    *("outbox-publishing", "outbox-published", "outbox-there"),
)
WAYS = {
    "rename": Publish(),
    "folder": Publish(folder="out/staging"),
    "marker": Publish(marker="{name}.done"),
    "direct": Publish(mode="direct"),
}
CONTENT = b"order,sku\r\n1001,MUG\r\n" * 5000
Server = tuple[Callable[[], Place], Path]


@pytest.fixture(
    name="server",
    params=["plain", "without-posix-rename", "drop-only", "pyftpdlib", "vsftpd"],
)
def _server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    """Yield a function that opens a place, and its folder `out`."""
    if request.param in ("pyftpdlib", "vsftpd"):
        yield from _ftps(request.param, tmp_path)
        return
    sshd: Sshd = request.getfixturevalue("sshd")
    out = tmp_path / "out"
    (out / "staging").mkdir(parents=True)
    options = sshd.options(tmp_path, request.param)
    yield lambda: SftpPlace(options, account="account acme", clock=VirtualClock()), out  # noqa: PT022


def _ftps(name: str, folder: Path) -> Iterator[Server]:
    if name == "vsftpd" and (ftpd.VSFTPD is None or os.geteuid()):
        pytest.skip("vsftpd is not installed, or this is not root")
    with ftpd.vsftpd() if name == "vsftpd" else ftpd.pyftpdlib(folder) as server:
        out = server.files / "out"
        (out / "staging").mkdir()
        (out / "staging").chmod(0o777)
        options = server.options()
        yield lambda: FtpsPlace(options, account="account acme", clock=VirtualClock()), out


def send(server: Server, records: Path, way: str) -> str:
    place = server[0]()
    outbox = Outbox(
        OutboxRecords(records, account="acme"),
        lambda: place,
        "out",
        WAYS[way],
        account="acme",
        clock=VirtualClock(),
    )
    try:
        return outbox.send("order-1", CONTENT, name=lambda: "PO_1.csv").step
    finally:
        place.close()


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("way", WAYS)
def test_file_is_there_once(server: Server, tmp_path: Path, way: str, point: str) -> None:
    _, out = server
    partner, records = Partner(out), tmp_path / "records"
    with killed_at(point, 1) as passed:
        send(server, records, way)
    is_complete = way != "marker" or (out / "PO_1.csv.done").exists()
    if is_complete:
        partner.take()
        (out / "PO_1.csv.done").unlink(missing_ok=True)

    for _ in range(2):
        try:
            assert send(server, records, way) == "there"
        except NotShownError:
            # The operator asks the partner.
            assert passed
            break

    partner.take()
    is_unknown = way == "direct" and point == "outbox-publishing"
    assert partner.taken == ([] if is_unknown else [("PO_1.csv", CONTENT)])
