"""A folder on a real OpenSSH server."""

import io
import os
from pathlib import Path

import pytest

from ordosync.accounts.files.places.place import Entry, Mark
from ordosync.errors import ExistsError, NotFoundError, RefusedError
from tests.accounts.files.places.conftest import OpenSftp

MB = 1 << 20


def test_a_listing_has_each_name_as_bytes_with_its_size_and_time(
    sftp: OpenSftp, remote: Path
) -> None:
    (remote / "a.csv").write_bytes(b"12345")
    Path(os.fsdecode(bytes(remote) + b"/caf\xe9.csv")).write_bytes(b"1")
    (remote / "done").mkdir()
    for path in remote.iterdir():
        os.utime(path, (1_700_000_000, 1_700_000_000))

    entries = sorted(sftp().list(b""), key=lambda entry: entry.name)

    mark = Mark(size=5, changed=1_700_000_000)
    assert entries[0] == Entry(name=b"a.csv", mark=mark)
    assert [(entry.name, entry.is_file) for entry in entries[1:]] == [
        (b"caf\xe9.csv", True),
        (b"done", False),
    ]


def test_a_file_is_fetched_whole_with_its_marks(sftp: OpenSftp, remote: Path) -> None:
    content = os.urandom(3 * MB + 1)
    (remote / "a.csv").write_bytes(content)
    to = io.BytesIO()

    fetched = sftp().fetch(b"a.csv", to, most_bytes=4 * MB)

    assert to.getvalue() == content
    assert fetched is not None
    assert fetched.before == fetched.after
    assert fetched.after.size == len(content)


def test_a_file_that_is_too_large_is_refused(sftp: OpenSftp, remote: Path) -> None:
    (remote / "a.csv").write_bytes(bytes(2 * MB + 1))
    place = sftp()

    with pytest.raises(RefusedError, match=r"account acme: fetch a\.csv: .* raise `max_mb`"):
        place.fetch(b"a.csv", io.BytesIO(), most_bytes=2 * MB)

    assert place.size(b"a.csv") == 2 * MB + 1


@pytest.mark.parametrize("path", [b"gone.csv", b"gone/a.csv"])
def test_a_missing_file_is_told_from_other_refusals(sftp: OpenSftp, path: bytes) -> None:
    place = sftp()

    for ask in (
        lambda: place.fetch(path, io.BytesIO(), most_bytes=1),
        lambda: place.size(path),
        lambda: place.remove(path),
        lambda: place.rename(path, b"b.csv"),
        lambda: place.publish(path, b"b.csv"),
        lambda: place.list(path),
    ):
        with pytest.raises(NotFoundError, match="does not exist"):
            ask()


def test_a_stored_file_is_published_in_place_of_an_older_one(
    sftp: OpenSftp, remote: Path, tmp_path: Path
) -> None:
    (tmp_path / "made.csv").write_text("new")
    (remote / "a.csv").write_text("old")
    (remote / ".a.csv.tmp").write_text("a longer rest of an earlier attempt")
    place = sftp()

    assert place.store(tmp_path / "made.csv", b".a.csv.tmp") == 3
    place.publish(b".a.csv.tmp", b"a.csv")

    assert [path.name for path in remote.iterdir()] == ["a.csv"]
    assert (remote / "a.csv").read_text() == "new"


def test_without_posix_rename_a_name_that_is_taken_is_replaced_only_if_allowed(
    sftp: OpenSftp, remote: Path
) -> None:
    (remote / "a.csv").write_text("old")
    (remote / "tmp").write_text("new")
    place = sftp("without-posix-rename")

    with pytest.raises(ExistsError, match="the name is taken"):
        place.publish(b"tmp", b"a.csv")
    assert (remote / "a.csv").read_text() == "old"
    place.publish(b"tmp", b"a.csv", may_remove=True)

    assert (remote / "a.csv").read_text() == "new"


def test_a_new_name_needs_no_posix_rename(sftp: OpenSftp, remote: Path) -> None:
    (remote / "tmp").write_text("new")

    sftp("without-posix-rename").publish(b"tmp", b"a.csv")

    assert (remote / "a.csv").read_text() == "new"


def test_a_plain_rename_never_replaces(sftp: OpenSftp, remote: Path) -> None:
    (remote / "a.csv").write_text("old")
    (remote / "tmp").write_text("new")

    with pytest.raises(ExistsError):
        sftp().rename(b"tmp", b"a.csv")

    assert (remote / "a.csv").read_text() == "old"


def test_a_drop_only_server_takes_an_upload_and_answers_no_question(
    sftp: OpenSftp, remote: Path, tmp_path: Path
) -> None:
    (tmp_path / "made.csv").write_text("new")
    place = sftp("drop-only")

    place.store(tmp_path / "made.csv", b"tmp")
    size = place.size(b"tmp")
    place.publish(b"tmp", b"a.csv")

    assert size is None
    assert (remote / "a.csv").read_text() == "new"
    for ask in (lambda: place.list(b""), lambda: place.remove(b"a.csv")):
        with pytest.raises(RefusedError, match="the server denies it"):
            ask()


def test_a_read_only_server_refuses_changes(sftp: OpenSftp, remote: Path) -> None:
    (remote / "a.csv").write_text("text")
    place = sftp("read-only")

    assert place.size(b"a.csv") == 4
    for change in (
        lambda: place.remove(b"a.csv"),
        lambda: place.rename(b"a.csv", b"b.csv"),
        lambda: place.publish(b"a.csv", b"b.csv"),
        lambda: place.store(remote / "a.csv", b"c.csv"),
    ):
        with pytest.raises(RefusedError, match="the server denies it"):
            change()


def test_requests_share_a_connection(sftp: OpenSftp, remote: Path) -> None:
    (remote / "a.csv").write_text("text")
    place = sftp()

    place.list(b"")
    place.fetch(b"a.csv", io.BytesIO(), most_bytes=MB)
    place.close()
    place.list(b"")

    assert place.connections == 2
