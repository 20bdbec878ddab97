"""Folders on two FTP servers over TLS: vsftpd and pyftpdlib."""

import io
import os
import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from ordosync.accounts.files.places.ftps import FtpsPlace
from ordosync.accounts.files.places.options import PlaceOptions
from ordosync.accounts.files.places.place import Entry, Mark
from ordosync.errors import ExistsError, NotFoundError, RefusedError, SignInError
from ordosync.secret import Secret
from tests.accounts.files.places import ftpd
from tests.accounts.files.places.ftpd import Ftpd
from tests.support.clock import VirtualClock

MB = 1 << 20
AT = 1_700_000_000
Open = Callable[..., FtpsPlace]


@pytest.fixture(
    name="server",
    scope="module",
    params=["pyftpdlib", pytest.param("vsftpd", marks=pytest.mark.slow)],
)
def _server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Ftpd]:
    if request.param == "vsftpd" and (ftpd.VSFTPD is None or os.geteuid()):
        pytest.skip("vsftpd is not installed, or this is not root")
    is_vsftpd = request.param == "vsftpd"
    folder = tmp_path_factory.mktemp("ftpd")
    with ftpd.vsftpd() if is_vsftpd else ftpd.pyftpdlib(folder) as server:
        yield server


@pytest.fixture(name="out")
def _out(server: Ftpd) -> Iterator[Path]:
    """Return the folder of files, which is empty."""
    folder = server.files / "out"
    yield folder
    for path in folder.iterdir():
        path.unlink() if path.is_file() else path.rmdir()


@pytest.fixture(name="place")
def _place(server: Ftpd) -> Iterator[Open]:
    opened: list[FtpsPlace] = []

    def open_place(**options: object) -> FtpsPlace:
        settings = server.options(**options)
        opened.append(FtpsPlace(settings, account="account acme", clock=VirtualClock()))
        return opened[-1]

    yield open_place
    for each in opened:
        each.close()


def test_a_listing_has_sizes_and_times_in_utc(place: Open, out: Path) -> None:
    (out / "a.csv").write_text("12345")
    (out / "café.csv").write_bytes(b"1")
    (out / "done").mkdir()
    for path in out.iterdir():
        os.utime(path, (AT, AT))

    entries = {entry.name: entry for entry in place().list(b"out")}

    assert entries[b"a.csv"] == Entry(name=b"a.csv", mark=Mark(size=5, changed=AT))
    assert entries["café.csv".encode()].mark.size == 1
    assert {entry.name: entry.is_file for entry in entries.values()}[b"done"] is False
    assert len(entries) == 3


def test_only_the_marks_that_are_needed_are_asked_for(place: Open, out: Path) -> None:
    (out / "a.csv").write_text("12345")
    (out / "a.txt").write_text("12345")

    entries = place().list(b"out", needs=lambda name: name.endswith(b".csv"))

    marks = {entry.name: entry.mark.size for entry in entries}
    assert marks[b"a.csv"] == 5
    assert set(marks) == {b"a.csv", b"a.txt"}


def test_an_empty_folder_is_distinguished_from_a_missing_one(place: Open, out: Path) -> None:
    assert out.exists()

    assert place().list(b"out") == []
    with pytest.raises(NotFoundError, match="account acme: list gone: does not exist"):
        place().list(b"gone")


def test_a_file_is_fetched_whole(place: Open, out: Path) -> None:
    content = os.urandom(3 * MB + 1)
    (out / "a.csv").write_bytes(content)
    to = io.BytesIO()

    fetched = place().fetch(b"out/a.csv", to, most_bytes=4 * MB)

    assert to.getvalue() == content
    assert fetched is not None
    assert fetched.before.size == len(content)
    assert fetched.before == fetched.after


def test_a_file_that_is_too_large_is_refused_and_the_connection_goes_on(
    place: Open, out: Path
) -> None:
    (out / "a.csv").write_bytes(bytes(3 * MB))
    opened = place()

    with pytest.raises(RefusedError, match="raise `max_mb`"):
        opened.fetch(b"out/a.csv", io.BytesIO(), most_bytes=MB)

    assert opened.size(b"out/a.csv") == 3 * MB


def test_a_missing_file_is_told_from_other_refusals(place: Open, out: Path) -> None:
    opened = place()
    assert out.exists()

    for ask in (
        lambda: opened.fetch(b"out/gone", io.BytesIO(), most_bytes=1),
        lambda: opened.size(b"out/gone"),
        lambda: opened.remove(b"out/gone"),
        lambda: opened.rename(b"out/gone", b"out/b.csv"),
        lambda: opened.publish(b"out/gone", b"out/b.csv"),
    ):
        with pytest.raises(NotFoundError):
            ask()


def test_a_stored_file_is_published_in_place_of_an_older_one(
    place: Open, out: Path, tmp_path: Path
) -> None:
    (tmp_path / "made.csv").write_text("new")
    (out / "a.csv").write_text("old")
    opened = place()

    assert opened.store(tmp_path / "made.csv", b"out/tmp") == 3
    assert opened.size(b"out/tmp") == 3
    opened.publish(b"out/tmp", b"out/a.csv")

    assert [path.name for path in out.iterdir()] == ["a.csv"]
    assert (out / "a.csv").read_text() == "new"


def test_a_plain_rename_never_replaces(place: Open, out: Path) -> None:
    (out / "a.csv").write_text("old")
    (out / "b.csv").write_text("new")

    with pytest.raises(ExistsError, match="the name is taken"):
        place().rename(b"out/b.csv", b"out/a.csv")

    assert (out / "a.csv").read_text() == "old"


def test_a_file_is_removed(place: Open, out: Path) -> None:
    (out / "a.csv").write_text("old")

    place().remove(b"out/a.csv")

    assert [*out.iterdir()] == []


def test_an_idle_connection_that_was_closed_is_opened_again(server: Ftpd, out: Path) -> None:
    (out / "tmp").write_text("text")
    clock = VirtualClock()
    place = FtpsPlace(server.options(), account="account acme", clock=clock)
    place.connect()
    clock.at += timedelta(minutes=1)
    place.list(b"out")
    assert place._session is not None
    place._session._ftp.sock.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]
    clock.at += timedelta(minutes=1)

    place.publish(b"out/tmp", b"out/a.csv")
    place.close()

    assert (out / "a.csv").exists()


def test_a_certificate_of_an_unknown_authority_is_refused(place: Open) -> None:
    with pytest.raises(SignInError, match="from an unknown authority; set `ca_file`"):
        place(ca_file=None).list(b"out")


def test_a_name_with_a_line_feed_sends_no_command(place: Open, out: Path) -> None:
    (out / "a.csv").write_text("text")

    with pytest.raises(Exception, match="the connection failed"):
        place().size(b"out/b.csv\r\nDELE out/a.csv")

    assert (out / "a.csv").exists()


def test_a_wrong_password_is_told_without_it(server: Ftpd, place: Open) -> None:
    if server.user == "anonymous":
        pytest.skip("vsftpd lets anonymous users in without a password")

    with pytest.raises(SignInError, match="rejects the user or password") as raised:
        place(password=Secret("wrong")).list(b"out")

    assert "wrong" not in str(raised.value)


def test_plain_ftp_is_only_for_this_machine() -> None:
    with pytest.raises(ValueError, match="url: ftp:// is not encrypted"):
        PlaceOptions(url="ftp://ftp.example/")

    assert PlaceOptions(url="ftp://ftp.example/", allow_plain=True).host == "ftp.example"
    assert PlaceOptions(url="ftp://127.0.0.1/").scheme == "ftp"
