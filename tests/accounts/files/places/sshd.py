"""A real OpenSSH server, in several shapes, each on its own loopback port."""

import getpass
import os
import shutil
import signal
import socket
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import asyncssh

from ordosync.accounts.files.places.options import PlaceOptions
from ordosync.accounts.option_types import Names
from ordosync.secret import PrivateKey

PROGRAM = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
COUNTING = Path("/usr/lib/openssh/sftp-server")
SHAPES: Mapping[str, str] = {
    "plain": "internal-sftp",
    "without-posix-rename": "internal-sftp -P posix-rename",
    "drop-only": "internal-sftp -P stat,lstat,fstat,opendir,readdir,remove,read",
    "read-only": "internal-sftp -R",
    "counted": f"{COUNTING} -e -l VERBOSE 2>>{{log}}",
}
"""The last notes each request; see `Sshd.requests`."""
_COUNTED = ("session", "opendir", "open", "stat", "lstat", "rename", "posix-rename", "remove")


@dataclass(frozen=True, kw_only=True)
class Sshd:
    """A server that runs."""

    ports: Mapping[str, int]
    key: str
    """The private key of the user."""
    host_key: str
    log: Path
    pid: int

    def requests(self) -> Counter[str]:
        """Return the connections and requests that the server `counted`, such as `opendir`."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        words = (line.split()[0] for line in lines if not line.startswith("session closed"))
        return Counter(word for word in words if word in _COUNTED)

    def options(self, folder: Path, shape: str = "plain", **options: object) -> PlaceOptions:
        """Return the options of a place in a folder of this machine."""
        url = f"sftp://{getpass.getuser()}@127.0.0.1:{self.ports[shape]}/{folder}"
        settings = {"key": PrivateKey(self.key), "host_key": Names(self.host_key), **options}
        return PlaceOptions(url=url, **settings)  # type: ignore[arg-type]


@contextmanager
def running(folder: Path) -> Iterator[Sshd]:
    """Run a server until the end of the block."""
    user, host = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(2))
    for name, key in (("host", host), ("user", user)):
        key.write_private_key(str(folder / name))
    (folder / "keys").write_bytes(user.export_public_key())
    (folder / "host").chmod(0o600)
    ports = dict(zip(SHAPES, free_ports(len(SHAPES)), strict=True))
    log = folder / "log"
    config = [
        *(f"Port {port}" for port in ports.values()),
        "ListenAddress 127.0.0.1",
        f"HostKey {folder}/host",
        "PidFile none",
        f"AuthorizedKeysFile {folder}/keys",
        "PasswordAuthentication no",
        "KbdInteractiveAuthentication no",
        "StrictModes no",
        "MaxStartups 100",
        "Subsystem sftp internal-sftp",
        *(
            f"Match LocalPort {ports[name]}\n ForceCommand {command.format(log=log)}"
            for name, command in SHAPES.items()
        ),
    ]
    (folder / "config").write_text("\n".join(config) + "\n")
    if os.geteuid() == 0:
        # sshd gives up its rights in this folder.
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    # In a file, since the server would wait for a reader of a pipe that is full.
    with (
        (folder / "errors").open("wb") as errors,
        subprocess.Popen(
            [str(PROGRAM), "-D", "-e", "-f", folder / "config"], stderr=errors
        ) as server,
    ):
        try:
            _wait_until_it_listens(server, ports.values(), folder / "errors")
            yield Sshd(
                ports=ports,
                key=user.export_private_key().decode(),
                host_key=" ".join(host.export_public_key().decode().split()[:2]),
                log=log,
                pid=server.pid,
            )
        finally:
            server.terminate()


def _wait_until_it_listens(
    server: "subprocess.Popen[bytes]", ports: Iterable[int], errors: Path
) -> None:
    for port in ports:
        while True:
            assert server.poll() is None, errors.read_text()
            with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
                break


def sessions(parent: int) -> list[int]:
    """Return the processes of a server that serve a connection."""
    found: list[int] = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent:
            child = int(path.parent.name)
            found += [child, *sessions(child)]
    return found


@contextmanager
def frozen(parent: int) -> Iterator[None]:
    """Let a server stand still until the end of the block."""
    pids = [parent, *sessions(parent)]
    signalled(pids, signal.SIGSTOP)
    try:
        yield
    finally:
        signalled(reversed(pids), signal.SIGCONT)


def signalled(pids: Iterable[int], number: int) -> None:
    """Send a signal to processes, of which some may have ended."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def free_ports(count: int) -> list[int]:
    """Return ports that no server uses."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()
