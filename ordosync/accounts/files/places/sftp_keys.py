"""Keys of SFTP servers: those that are configured, and the one that a server shows."""

from collections.abc import Sequence

import asyncssh

from ordosync.accounts.files.places.options import PlaceOptions
from ordosync.accounts.option_types import names_of
from ordosync.errors import SignInError

LEGACY = {
    "kex_algs": ("diffie-hellman-group-exchange-sha1", "diffie-hellman-group1-sha1"),
    "encryption_algs": ("aes256-cbc", "aes192-cbc", "aes128-cbc", "3des-cbc"),
    "mac_algs": ("hmac-sha1-96", "hmac-md5"),
}
"""The algorithms that `algorithms: legacy` accepts in addition, by the option of the library."""
_CHECK = "run `ordosync config check --online`, and compare the key with the partner"


def algorithms(options: PlaceOptions) -> dict[str, str]:
    """Return the options of the library for algorithms; empty for those that it prefers."""
    if options.algorithms == "current":
        return {}
    return {name: f"+{','.join(names)}" for name, names in LEGACY.items()}


def trusted_keys(options: PlaceOptions, *, account: str) -> Sequence[asyncssh.SSHKey]:
    """Return the keys that the server may show. Raises `SignInError` if there are none."""
    try:
        keys = _configured(options)
    except (OSError, ValueError) as error:
        name = "known_hosts" if options.known_hosts else "host_key"
        raise SignInError(account, "connect to the place", f"{name}: {error}") from error
    if not keys:
        has_file = f"{options.known_hosts} has no key of the server" if options.known_hosts else ""
        reason = has_file or "`host_key` is missing"
        raise SignInError(account, "connect to the place", f"{reason}; {_CHECK}")
    return keys


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


def changed_key(shown: asyncssh.SSHKey, trusted: Sequence[asyncssh.SSHKey]) -> str:
    """Return the reason why a server is not trusted."""
    expected = " or ".join(map(fingerprint, trusted))
    return (
        f"the server shows the key {fingerprint(shown)}, but {expected} is configured;"
        f" another machine may be in between: {_CHECK}"
    )
