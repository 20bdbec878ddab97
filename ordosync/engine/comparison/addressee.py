"""A digest of a name, to compare the addressees of two orders without storing them."""

import hashlib


def digest(name: str) -> str:
    """Return a digest that distinguishes addressees without storing their names."""
    normalized = " ".join(name.split()).casefold()
    return hashlib.blake2b(normalized.encode("utf-8", "replace"), digest_size=16).hexdigest()
