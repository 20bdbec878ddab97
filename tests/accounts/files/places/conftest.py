from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ordosync.accounts.files.places.sftp import SftpPlace
from tests.accounts.files.places import sshd
from tests.accounts.files.places.sshd import Sshd
from tests.support.clock import VirtualClock

OpenSftp = Callable[..., SftpPlace]


@pytest.fixture(name="sshd", scope="session")
def _sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    if sshd.PROGRAM is None:
        pytest.skip("openssh-server is not installed")
    with sshd.running(tmp_path_factory.mktemp("sshd")) as server:
        yield server


@pytest.fixture(name="remote")
def _remote(tmp_path: Path) -> Path:
    """Return the folder that a place shows."""
    folder = tmp_path / "remote"
    folder.mkdir()
    return folder


@pytest.fixture(name="sftp")
def _sftp(sshd: Sshd, remote: Path) -> Iterator[OpenSftp]:
    """Return a function that opens the folder over SFTP, with a server of some shape."""
    opened: list[SftpPlace] = []

    def open_place(shape: str = "plain", **options: object) -> SftpPlace:
        place = SftpPlace(
            sshd.options(remote, shape, **options), account="account acme", clock=VirtualClock()
        )
        opened.append(place)
        return place

    yield open_place
    for place in opened:
        place.close()
