"""Opens a place by its scheme. A library is imported only when such a place is opened."""

from ordosync.accounts.files.places.options import PlaceOptions
from ordosync.accounts.files.places.place import Place
from ordosync.errors import RefusedError


def open_place(options: PlaceOptions, *, account: str) -> Place:
    """Return a place, which connects at its first request. `account` is its name in messages.

    Raises `RefusedError` if the library for the scheme is not installed.
    """
    reason = f"{options.scheme} is not possible yet"
    raise RefusedError(f"account {account}", "open the place", reason)
