"""A real OpenSSH server that is cut off, frozen, or whose files change while they are read."""

import io
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ordosync.accounts.files.places.mirror.folder import MirrorFolder
from ordosync.accounts.files.places.mirror.mirror import Mirror
from ordosync.accounts.files.places.patience import Patience
from ordosync.accounts.files.places.patterns import NamePattern
from ordosync.accounts.files.places.sftp import SftpPlace
from ordosync.clock import Clock
from ordosync.errors import (
    NotFoundError,
    StoppedCallError,
    UnavailableError,
    UnknownOutcomeError,
)
from tests.accounts.files.places.conftest import OpenSftp
from tests.accounts.files.places.mirror.conftest import contents
from tests.accounts.files.places.proxy import Proxy, proxied
from tests.accounts.files.places.sshd import Sshd
from tests.support.clock import VirtualClock

MB = 1 << 20


class Acting(io.BytesIO):
    """A file that acts when the first part of the content arrives."""

    def __init__(self, act: Callable[[], Any]) -> None:
        super().__init__()
        self._act = act

    def write(self, content: Any) -> int:
        if not self.tell():
            self._act()
        return super().write(content)


@pytest.fixture(name="proxy")
def _proxy(sshd: Sshd) -> Iterator[Proxy]:
    with proxied(sshd.ports["plain"]) as proxy:
        yield proxy


@pytest.fixture(name="through")
def _through(sshd: Sshd, proxy: Proxy, remote: Path) -> Iterator[SftpPlace]:
    """Return a place behind the proxy, with a short patience."""
    options = sshd.options(remote, timeout_s=1)
    url = options.url.replace(str(sshd.ports["plain"]), str(proxy.port))
    place = SftpPlace(replace(options, url=url), account="account acme", clock=VirtualClock())
    yield place
    proxy.is_frozen, proxy.left = False, None
    place.close()


def test_a_file_that_shrinks_while_it_is_read_is_not_taken_for_whole(
    sftp: OpenSftp, remote: Path
) -> None:
    path = remote / "a.csv"
    path.write_bytes(os.urandom(3 * MB))

    with pytest.raises(UnavailableError, match=r"account acme: fetch a\.csv: "):
        sftp().fetch(b"a.csv", Acting(lambda: path.write_bytes(b"short")), most_bytes=4 * MB)


def test_a_file_that_grows_while_it_is_read_has_another_mark_or_length(
    sftp: OpenSftp, remote: Path
) -> None:
    path = remote / "a.csv"
    path.write_bytes(bytes(3 * MB))

    with pytest.raises(UnavailableError, match="bytes, but"):
        sftp().fetch(b"a.csv", Acting(lambda: path.write_bytes(bytes(5 * MB))), most_bytes=9 * MB)


def test_a_file_that_is_removed_while_it_is_read_is_read_to_its_end(
    sftp: OpenSftp, remote: Path
) -> None:
    content = os.urandom(3 * MB)
    path = remote / "a.csv"
    path.write_bytes(content)
    to = Acting(path.unlink)

    sftp().fetch(b"a.csv", to, most_bytes=4 * MB)

    assert to.getvalue() == content


def test_a_full_disk_on_this_side_is_told(sftp: OpenSftp, remote: Path) -> None:
    (remote / "a.csv").write_text("text")

    def fail() -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(UnavailableError, match="No space left on device"):
        sftp().fetch(b"a.csv", Acting(fail), most_bytes=MB)


@pytest.mark.slow
def test_a_connection_that_is_cut_is_opened_again(
    through: SftpPlace, proxy: Proxy, remote: Path
) -> None:
    content = os.urandom(3 * MB)
    (remote / "a.csv").write_bytes(content)
    through.connect()
    proxy.left = MB

    with pytest.raises(UnavailableError):
        through.fetch(b"a.csv", io.BytesIO(), most_bytes=4 * MB)
    proxy.left, to = None, io.BytesIO()
    through.fetch(b"a.csv", to, most_bytes=4 * MB)

    assert to.getvalue() == content
    assert proxy.connections == 2


@pytest.mark.slow
def test_an_upload_that_was_cut_leaves_a_part_that_the_next_one_replaces(
    through: SftpPlace, proxy: Proxy, remote: Path, tmp_path: Path
) -> None:
    made = tmp_path / "made.csv"
    made.write_bytes(os.urandom(3 * MB))
    through.connect()
    proxy.left = 2 * MB

    with pytest.raises(UnavailableError):
        through.store(made, b".a.csv.tmp")
    part = (remote / ".a.csv.tmp").stat().st_size
    proxy.left = None
    through.store(made, b".a.csv.tmp")

    assert 0 < part < 3 * MB
    assert (remote / ".a.csv.tmp").read_bytes() == made.read_bytes()


@pytest.mark.slow
def test_a_frozen_server_is_waited_for_only_so_long(through: SftpPlace, proxy: Proxy) -> None:
    through.connect()
    proxy.is_frozen = True

    with pytest.raises(UnavailableError, match="no answer within 1 s"):
        through.list(b"")
    proxy.is_frozen = False

    assert through.list(b"") == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "names", "left"),
    [
        ("publish", (b"tmp", b"a.csv"), ["a.csv"]),
        ("rename", (b"tmp", b"a.csv"), ["a.csv"]),
        ("remove", (b"tmp",), []),
    ],
)
def test_a_change_whose_answer_is_lost_has_an_unknown_outcome(
    through: SftpPlace,
    proxy: Proxy,
    remote: Path,
    *,
    change: str,
    names: tuple[bytes, ...],
    left: list[str],
) -> None:
    (remote / "tmp").write_text("text")
    through.connect()
    proxy.is_frozen = True

    with pytest.raises(UnknownOutcomeError):
        getattr(through, change)(*names)

    assert [path.name for path in remote.iterdir()] == left


def test_an_idle_connection_that_the_server_has_closed_is_opened_again(
    sshd: Sshd, proxy: Proxy, remote: Path
) -> None:
    (remote / "tmp").write_text("text")
    options, clock = sshd.options(remote), VirtualClock()
    url = options.url.replace(str(sshd.ports["plain"]), str(proxy.port))
    place = SftpPlace(replace(options, url=url), account="account acme", clock=clock)
    place.connect()
    clock.at += timedelta(minutes=1)
    place.list(b"")
    proxy.cut()
    clock.at += timedelta(minutes=1)

    place.publish(b"tmp", b"a.csv")
    place.close()

    assert (remote / "a.csv").exists()
    assert proxy.connections == 2


@pytest.mark.slow
def test_a_signal_ends_a_wait_at_once(sshd: Sshd, proxy: Proxy, remote: Path) -> None:
    options = sshd.options(remote)
    url = options.url.replace(str(sshd.ports["plain"]), str(proxy.port))
    clock = Clock()
    place = SftpPlace(replace(options, url=url), account="account acme", clock=clock)
    place.connect()
    proxy.is_frozen = True
    timer = threading.Timer(0.1, clock.stop)
    timer.start()

    with pytest.raises(StoppedCallError):
        place.list(b"")

    timer.join()
    place.close()


def test_a_server_that_is_not_there_is_unavailable(sftp: OpenSftp, sshd: Sshd) -> None:
    with proxied(1) as proxy:
        port = proxy.port
    place = sftp()
    url = place._options.url.replace(str(sshd.ports["plain"]), str(port))
    other = SftpPlace(
        replace(place._options, url=url), account="account acme", clock=VirtualClock()
    )

    with pytest.raises(UnavailableError, match="the server refuses the connection"):
        other.list(b"")


def test_a_file_rewritten_in_the_same_second_is_read_again(
    sftp: OpenSftp, remote: Path, tmp_path: Path
) -> None:
    clock, place = VirtualClock(), sftp()

    def write(text: str) -> None:
        (remote / "a.csv").write_text(text)
        os.utime(remote / "a.csv", (1_700_000_000, 1_700_000_000))

    mirror = Mirror(
        MirrorFolder(tmp_path / "mirror", account="acme", action="read orders", clock=clock),
        NamePattern.of(Path("*.csv")),
        place,
        account="acme",
        clock=clock,
        patience=Patience(clock),
        quiet_s=0,
        ready="",
        max_files=9,
        most_bytes=MB,
    )
    write("v1")
    mirror.refresh()
    write("v2")
    clock.at += timedelta(seconds=2)
    mirror.refresh()

    assert contents(mirror) == {"a.csv": "v2"}
    assert place.connections == 1


def test_odd_names_are_listed_and_fetched_as_bytes(sftp: OpenSftp, remote: Path) -> None:
    names = [b"A.CSV", b"a.csv", b"-rf.csv", b"two\nlines.csv", b"....csv", b"\xff\xfe.csv", b"a b"]
    for name in names:
        Path(os.fsdecode(bytes(remote) + b"/" + name)).write_bytes(name)
    place = sftp()

    listed = {entry.name for entry in place.list(b"")}
    for name in names:
        to = io.BytesIO()
        place.fetch(name, to, most_bytes=MB)
        assert to.getvalue() == name

    assert listed == set(names)


def test_a_folder_that_is_not_there_is_not_made(
    sftp: OpenSftp, remote: Path, tmp_path: Path
) -> None:
    (tmp_path / "made.csv").write_text("text")

    with pytest.raises(NotFoundError, match=r"account acme: write gone/a\.csv: does not exist"):
        sftp().store(tmp_path / "made.csv", b"gone/a.csv")

    assert [*remote.iterdir()] == []
