"""Keys of SFTP servers: those that are configured, and the one that a server shows."""

from collections.abc import Sequence

import asyncssh

from ordosync.accounts.files.places.options import PlaceOptions
from ordosync.accounts.files.places.place import UntrustedKeyError
from ordosync.accounts.files.places.sftp_algorithms import algorithms
from ordosync.accounts.option_types import names_of
from ordosync.errors import SignInError

_PREFERRED = ("ssh-ed25519", "ecdsa-sha2-nistp256", "rsa-sha2-512", "rsa-sha2-256", "ssh-rsa")


def trusted_keys(options: PlaceOptions, *, account: str) -> Sequence[asyncssh.SSHKey]:
    """Return the keys that the server may show. Raises `SignInError` if they cannot be read."""
    try:
        return _configured(options)
    except (OSError, ValueError) as error:
        name = "known_hosts" if options.known_hosts else "host_key"
        raise SignInError(account, "connect to the place", f"{name}: {error}") from error


def untrusted(
    shown: asyncssh.SSHKey,
    trusted: Sequence[asyncssh.SSHKey],
    options: PlaceOptions,
    *,
    account: str,
) -> UntrustedKeyError:
    """Return the error for a key that is not configured."""
    expected = " or ".join(map(fingerprint, trusted))
    if trusted:
        reason = (
            f"the server shows the key {fingerprint(shown)}, but {expected} is configured;"
            " another machine may be in between, so ask the partner for its key"
        )
    else:
        missing = "`host_key` is missing"
        if options.known_hosts:
            missing = f"{options.known_hosts} has no key of the server"
        reason = f"{missing}; the server shows {fingerprint(shown)}; ask the partner for its key"
    return UntrustedKeyError(account, "connect to the place", reason, line=line_of(shown))


async def shown_key(options: PlaceOptions) -> asyncssh.SSHKey | None:
    """Return the key that the server shows, of the best kind that it has."""
    return await asyncssh.get_server_host_key(
        options.host,
        options.port,
        config=None,
        server_host_key_algs=_PREFERRED,
        kex_algs=algorithms(options).get("kex_algs", ()),
    )


def _configured(options: PlaceOptions) -> list[asyncssh.SSHKey]:
    if options.known_hosts:
        hosts = asyncssh.read_known_hosts(str(options.known_hosts))
        found = asyncssh.match_known_hosts(hosts, options.host, "", options.port)
        return list(found[0])
    lines = names_of(options.host_key) if options.host_key else ()
    return [asyncssh.import_public_key(line) for line in lines]


def fingerprint(key: asyncssh.SSHKey) -> str:
    """Return the SHA256 of a key, as `ssh-keygen -l` prints it."""
    return key.get_fingerprint()


def line_of(key: asyncssh.SSHKey) -> str:
    """Return the line of a key, as `host_key` has it."""
    algorithm, encoded = key.export_public_key().decode("ascii").split()[:2]
    return f"{algorithm} {encoded}"
