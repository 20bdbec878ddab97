"""Digests of addressees: two orders are compared by them without a name in the snapshot."""

import hashlib


def digest_of(name: str) -> str:
    """Return a digest that distinguishes addressees without storing their names."""
    normalized = " ".join(name.split()).casefold()
    return hashlib.blake2b(normalized.encode("utf-8", "replace"), digest_size=16).hexdigest()
