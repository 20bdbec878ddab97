"""FTP servers over TLS on a loopback port: vsftpd, without MLSD, and pyftpdlib, with it."""

import os
import shutil
import socket
import subprocess
import tempfile
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import trustme

from ordosync.accounts.files.places.options import PlaceOptions
from ordosync.secret import Secret
from tests.accounts.files.places.sshd import free_ports

with warnings.catch_warnings():
    # Python 3.11 announces that it will lose a module that the server needs.
    warnings.simplefilter("ignore", DeprecationWarning)
    from pyftpdlib.authorizers import DummyAuthorizer
    from pyftpdlib.handlers import TLS_FTPHandler
    from pyftpdlib.servers import FTPServer

VSFTPD = shutil.which("vsftpd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
PASSWORD = "canary-3f7a"  # noqa: S105 - of a server that ends with the test
HOST = "127.0.0.1"


@dataclass(frozen=True, kw_only=True)
class Ftpd:
    """A server that runs."""

    port: int
    ca_file: Path
    files: Path
    """The folder after signing in; the folder `out` in it can be written."""
    user: str

    def options(self, **options: object) -> PlaceOptions:
        settings: dict[str, object] = {"password": Secret(PASSWORD), "ca_file": self.ca_file}
        url = f"ftps://{self.user}@{HOST}:{self.port}"
        return PlaceOptions(url=url, **{**settings, **options})  # type: ignore[arg-type]


def certificate(folder: Path) -> tuple[Path, Path]:
    """Write a certificate with its key, and that of its authority; return both paths."""
    authority = trustme.CA()
    own, trusted = folder / "server.pem", folder / "ca.pem"
    authority.issue_cert(HOST).private_key_and_cert_chain_pem.write_to_path(str(own))
    authority.cert_pem.write_to_path(str(trusted))
    return own, trusted


@contextmanager
def vsftpd() -> Iterator[Ftpd]:
    """Run vsftpd, which wants one TLS session for commands and transfers.

    Its user must reach the files, which are therefore not among those of pytest.
    """
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        with _vsftpd(Path(name)) as server:
            yield server


@contextmanager
def _vsftpd(folder: Path) -> Iterator[Ftpd]:
    own, trusted = certificate(folder)
    [port] = free_ports(1)
    files = folder / "files"
    (files / "out").mkdir(parents=True)
    (files / "out").chmod(0o777)
    (folder / "empty").mkdir()
    settings = {
        "listen": "YES",
        "listen_address": HOST,
        "listen_port": port,
        "background": "NO",
        "anonymous_enable": "YES",
        "local_enable": "NO",
        "no_anon_password": "YES",
        "anon_root": files,
        "write_enable": "YES",
        "anon_upload_enable": "YES",
        "anon_other_write_enable": "YES",
        "anon_world_readable_only": "NO",
        "secure_chroot_dir": folder / "empty",
        "seccomp_sandbox": "NO",
        "isolate": "NO",
        "isolate_network": "NO",
        "ssl_enable": "YES",
        "allow_anon_ssl": "YES",
        "force_anon_data_ssl": "YES",
        "force_anon_logins_ssl": "YES",
        "require_ssl_reuse": "YES",
        "ssl_ciphers": "HIGH",
        "rsa_cert_file": own,
        "rsa_private_key_file": own,
        "xferlog_enable": "NO",
    }
    config = folder / "vsftpd.conf"
    config.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    with subprocess.Popen([str(VSFTPD), config], stdout=subprocess.DEVNULL) as server:
        try:
            _wait_until_it_listens(port)
            yield Ftpd(port=port, ca_file=trusted, files=files, user="anonymous")
        finally:
            server.terminate()


def _wait_until_it_listens(port: int) -> None:
    while True:
        with suppress(ConnectionRefusedError), socket.create_connection((HOST, port)):
            return


@contextmanager
def pyftpdlib(folder: Path) -> Iterator[Ftpd]:
    """Run pyftpdlib in a thread."""
    own, trusted = certificate(folder)
    files = folder / "files"
    (files / "out").mkdir(parents=True)
    users = DummyAuthorizer()
    users.add_user("acme", PASSWORD, str(files), perm="elradfmwMT")

    class Handler(TLS_FTPHandler):  # type: ignore[misc]
        authorizer = users
        certfile = str(own)
        tls_control_required = True
        tls_data_required = True
        auth_failed_timeout = 0

    server, ended = FTPServer((HOST, 0), Handler), threading.Event()

    def serve() -> None:
        while not ended.is_set():
            server.serve_forever(timeout=0.05, blocking=False, handle_exit=False)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield Ftpd(port=server.address[1], ca_file=trusted, files=files, user="acme")
    finally:
        ended.set()
        thread.join()
        server.close_all()
