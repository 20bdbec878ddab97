"""Keys of servers, and the ways to sign in at an SFTP server."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from ordosync.accounts.files.places.options import PlaceOptions
from ordosync.accounts.files.places.place import UntrustedKeyError
from ordosync.accounts.files.places.sftp import SftpPlace
from ordosync.accounts.option_types import Names
from ordosync.errors import SignInError
from ordosync.secret import PrivateKey, Secret
from tests.accounts.files.places.conftest import OpenSftp
from tests.accounts.files.places.sshd import Sshd
from tests.support.clock import VirtualClock

PASSWORD = "canary-7730"  # noqa: S105 - of a server that ends with the test


def public(key: asyncssh.SSHKey) -> str:
    return " ".join(key.export_public_key().decode().split()[:2])


OTHER = asyncssh.generate_private_key("ssh-ed25519")


def test_a_changed_key_stops_with_both_fingerprints(sftp: OpenSftp, sshd: Sshd) -> None:
    server = asyncssh.import_public_key(sshd.host_key)

    with pytest.raises(UntrustedKeyError) as raised:
        sftp(host_key=Names(public(OTHER))).list(b"")

    text = str(raised.value)
    assert server.get_fingerprint() in text
    assert OTHER.get_fingerprint() in text
    assert raised.value.line == sshd.host_key


def test_a_missing_key_is_told_with_the_one_that_the_server_shows(
    sftp: OpenSftp, sshd: Sshd
) -> None:
    with pytest.raises(UntrustedKeyError, match="`host_key` is missing") as raised:
        sftp(host_key=None).list(b"")

    assert raised.value.line == sshd.host_key


def test_a_key_of_another_kind_is_not_trusted_either(sftp: OpenSftp, sshd: Sshd) -> None:
    other = asyncssh.generate_private_key("ecdsa-sha2-nistp256")

    with pytest.raises(UntrustedKeyError) as raised:
        sftp(host_key=Names(public(other))).list(b"")

    assert raised.value.line == sshd.host_key


def test_several_keys_are_trusted_during_a_change(sftp: OpenSftp, sshd: Sshd) -> None:
    assert sftp(host_key=Names(public(OTHER), sshd.host_key)).list(b"") == []


def test_known_hosts_takes_the_place_of_the_key(sftp: OpenSftp, sshd: Sshd, tmp_path: Path) -> None:
    port, file = sshd.ports["plain"], tmp_path / "known_hosts"
    file.write_text(f"[127.0.0.1]:{port} {sshd.host_key}\nother.example {public(OTHER)}\n")

    assert sftp(host_key=None, known_hosts=file).list(b"") == []

    file.write_text(f"other.example {public(OTHER)}\n")
    with pytest.raises(UntrustedKeyError, match="known_hosts has no key of the server"):
        sftp(host_key=None, known_hosts=file).list(b"")
    with pytest.raises(SignInError, match="known_hosts: "):
        sftp(host_key=None, known_hosts=tmp_path / "missing").list(b"")


@pytest.mark.parametrize("form", ["pkcs8-pem", pytest.param("openssh", marks=pytest.mark.slow)])
def test_a_key_with_a_passphrase_signs_in(sftp: OpenSftp, sshd: Sshd, form: str) -> None:
    key = asyncssh.import_private_key(sshd.key)
    locked = PrivateKey(key.export_private_key(form, passphrase=PASSWORD).decode())

    assert sftp(key=locked, passphrase=Secret(PASSWORD)).list(b"") == []
    for passphrase in (None, Secret("wrong")):
        with pytest.raises(
            SignInError, match="key: its `passphrase` is missing or wrong"
        ) as raised:
            sftp(key=locked, passphrase=passphrase).list(b"")
        assert PASSWORD not in str(raised.value)


def test_an_unknown_key_is_rejected_by_the_server(sftp: OpenSftp) -> None:
    other = PrivateKey(OTHER.export_private_key().decode())

    with pytest.raises(SignInError, match="the server rejects the user, key or password"):
        sftp(key=other).list(b"")


class _Server(asyncssh.SSHServer):
    """Signs in with a password, or asks for it."""

    def __init__(self, *, asks: bool) -> None:
        self._asks = asks

    def begin_auth(self, username: str) -> bool:  # noqa: ARG002
        return True

    def password_auth_supported(self) -> bool:
        return not self._asks

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == ("acme", PASSWORD)

    def kbdint_auth_supported(self) -> bool:
        return self._asks

    def get_kbdint_challenge(self, *_: str) -> Any:
        return "", "", "", [("Token of the day: ", False)]

    def validate_kbdint_response(self, username: str, responses: Sequence[str]) -> bool:
        return (username, [*responses]) == ("acme", [PASSWORD])


@contextmanager
def serving(folder: Path, *, asks: bool) -> Iterator[PlaceOptions]:
    """Run a server; return the options of its folder."""
    loop, ready, host = asyncio.new_event_loop(), threading.Event(), OTHER
    found: list[asyncssh.SSHAcceptor] = []

    async def listen() -> None:
        found.append(
            await asyncssh.listen(
                "127.0.0.1",
                0,
                server_host_keys=[host],
                server_factory=lambda: _Server(asks=asks),
                sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=bytes(folder)),
            )
        )
        ready.set()

    def run() -> None:
        loop.run_until_complete(listen())
        loop.run_forever()
        found[0].close()
        loop.run_until_complete(found[0].wait_closed())
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    ready.wait()
    try:
        url = f"sftp://acme@127.0.0.1:{found[0].get_port()}"
        yield PlaceOptions(url=url, host_key=Names(public(host)), password=Secret(PASSWORD))
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


@pytest.mark.parametrize("asks", [False, True])
def test_a_password_signs_in_also_where_it_is_asked_for(remote: Path, *, asks: bool) -> None:
    (remote / "a.csv").write_text("text")
    with serving(remote, asks=asks) as options:
        place = SftpPlace(options, account="account acme", clock=VirtualClock())
        entries = place.list(b"")
        place.close()

    assert [entry.name for entry in entries] == [b"a.csv"]
