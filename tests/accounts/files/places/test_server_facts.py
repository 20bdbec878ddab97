"""Facts about servers and libraries that the code relies on; a new release may change them."""

import asyncio
import ftplib
import os
import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import asyncssh
import pytest
import requests

from tests.accounts.files.places import ftpd
from tests.accounts.files.places.ftpd import HOST, Ftpd
from tests.accounts.files.places.httpd import httpd
from tests.accounts.files.places.sshd import Sshd

pytestmark = pytest.mark.slow


@pytest.fixture(name="vsftpd", scope="module")
def _vsftpd() -> Iterator[Ftpd]:
    if ftpd.VSFTPD is None or os.geteuid():
        pytest.skip("vsftpd is not installed, or this is not root")
    with ftpd.vsftpd() as server:
        yield server


def signed_in(
    server: Ftpd, context: ssl.SSLContext | None, user: str = "anonymous"
) -> ftplib.FTP_TLS:
    session = ftplib.FTP_TLS(context=context)  # noqa: S321 - what the library does by itself
    session.connect(HOST, server.port)
    session.login(user, ftpd.PASSWORD)
    session.prot_p()
    return session


def test_python_trusts_any_certificate_without_a_context(vsftpd: Ftpd) -> None:
    with signed_in(vsftpd, None) as session:
        assert session.pwd() == "/"


def test_vsftpd_refuses_a_transfer_with_a_new_tls_session(vsftpd: Ftpd) -> None:
    context = ssl.create_default_context(cafile=vsftpd.ca_file)
    session = signed_in(vsftpd, context)

    with pytest.raises((ftplib.error_perm, ftplib.error_temp, ssl.SSLError, EOFError)) as raised:
        session.nlst()

    session.close()
    assert "522" in str(raised.value) or isinstance(raised.value, ssl.SSLError)


def test_vsftpd_has_no_mlsd(vsftpd: Ftpd) -> None:
    context = ssl.create_default_context(cafile=vsftpd.ca_file)
    session = signed_in(vsftpd, context)

    with session, pytest.raises(ftplib.error_perm, match=r"^500"):
        session.sendcmd("MLST out")


@pytest.mark.parametrize("name", ["vsftpd", "pyftpdlib"])
def test_ftp_servers_tell_times_in_utc_and_replace_on_rename(
    name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        is_vsftpd = name == "vsftpd"
        server: Ftpd = (
            request.getfixturevalue("vsftpd")
            if is_vsftpd
            else stack.enter_context(ftpd.pyftpdlib(tmp_path))
        )
        out = server.files / "out"
        for each, text in (("old", "old"), ("new", "new")):
            (out / each).write_text(text)
            os.utime(out / each, (1_700_000_000, 1_700_000_000))
        context = ssl.create_default_context(cafile=server.ca_file)
        session = stack.enter_context(signed_in(server, context, server.user))

        has_mlsd = "MLST" in session.sendcmd("FEAT")
        changed = session.sendcmd("MDTM out/new")
        session.rename("out/new", "out/old")

        assert has_mlsd is not is_vsftpd
        assert changed == "213 20231114221320"
        assert (out / "old").read_text() == "new"


@pytest.mark.parametrize("has_length", [True, False])
def test_only_a_length_shows_that_a_response_was_cut(*, has_length: bool) -> None:
    with httpd() as server:
        server.content, server.sent, server.has_length = b"a,b,c\n1,2,3\n", 5, has_length
        url = f"http://{HOST}:{server.server_address[1]}/a.csv"

        if has_length:
            with pytest.raises(requests.exceptions.ChunkedEncodingError):
                requests.get(url, timeout=9)
            return
        response = requests.get(url, timeout=9)

    assert (response.status_code, response.content) == (200, b"a,b,c")


def asked(server: Sshd, ask: Any, shape: str = "plain") -> Any:
    """Return the answer to a request by the library alone."""

    async def run() -> Any:
        key = asyncssh.import_private_key(server.key)
        options: dict[str, Any] = {"known_hosts": None, "client_keys": [key], "config": None}
        async with (
            asyncssh.connect(HOST, server.ports[shape], **options) as connection,
            connection.start_sftp_client() as sftp,
        ):
            return await ask(sftp)

    return asyncio.run(run())


def test_a_file_can_be_claimed_only_once(sshd: Sshd, remote: Path) -> None:
    async def claim(sftp: asyncssh.SFTPClient) -> None:
        async with sftp.open(str(remote / "claim"), "xb"):
            pass

    asked(sshd, claim)

    with pytest.raises(asyncssh.SFTPFailure):
        asked(sshd, claim)


def test_a_rename_onto_a_name_fails_and_posix_rename_replaces(sshd: Sshd, remote: Path) -> None:
    (remote / "old").write_text("old")
    (remote / "new").write_text("new")
    names = str(remote / "new"), str(remote / "old")

    with pytest.raises(asyncssh.SFTPFailure):
        asked(sshd, lambda sftp: sftp.rename(*names))
    with pytest.raises(asyncssh.SFTPOpUnsupported):
        asked(sshd, lambda sftp: sftp.posix_rename(*names), "without-posix-rename")
    asked(sshd, lambda sftp: sftp.posix_rename(*names))

    assert (remote / "old").read_text() == "new"


def test_a_drop_only_server_denies_the_look_after_an_upload(sshd: Sshd, remote: Path) -> None:
    async def upload(sftp: asyncssh.SFTPClient) -> None:
        async with sftp.open(str(remote / "a.csv"), "wb") as file:
            await file.write(b"text")
        await sftp.stat(str(remote / "a.csv"))

    with pytest.raises(asyncssh.SFTPPermissionDenied):
        asked(sshd, upload, "drop-only")

    assert (remote / "a.csv").read_text() == "text"


def test_times_have_whole_seconds(sshd: Sshd, remote: Path) -> None:
    (remote / "a.csv").write_text("text")
    os.utime(remote / "a.csv", ns=(1_700_000_000_900_000_000,) * 2)

    attrs = asked(sshd, lambda sftp: sftp.stat(str(remote / "a.csv")))

    assert (attrs.mtime, attrs.mtime_ns) == (1_700_000_000, None)
