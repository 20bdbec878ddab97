"""Algorithms of SSH that are only accepted with `algorithms: legacy`."""

from collections.abc import Mapping

from ordosync.accounts.files.places.options import PlaceOptions

LEGACY: Mapping[str, tuple[str, ...]] = {
    "kex_algs": ("diffie-hellman-group-exchange-sha1", "diffie-hellman-group1-sha1"),
    "encryption_algs": ("aes256-cbc", "aes192-cbc", "aes128-cbc", "3des-cbc"),
    "mac_algs": ("hmac-sha1-96", "hmac-md5"),
}
"""By the option of the library."""


def algorithms(options: PlaceOptions) -> Mapping[str, str]:
    """Return the options of the library; empty for the algorithms that it prefers."""
    if options.algorithms == "current":
        return {}
    return {name: f"+{','.join(names)}" for name, names in LEGACY.items()}
