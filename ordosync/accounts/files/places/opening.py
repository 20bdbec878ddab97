"""Opens a place by its scheme. A library is imported only when such a place is opened."""

from functools import partial

from ordosync.accounts.connections import Connections
from ordosync.accounts.files.places.options import PlaceOptions
from ordosync.accounts.files.places.place import Place
from ordosync.clock import Clock
from ordosync.errors import RefusedError

MISSING = "the library for sftp:// is missing; run `pip install 'ordosync[sftp]'`"


def place_of(options: PlaceOptions, at: Connections, *, account: str) -> Place:
    """Return a place of an account; all its portals share the connection."""
    return at.place(account, options, partial(open_place, options, account=account, clock=at.clock))


def open_place(options: PlaceOptions, *, account: str, clock: Clock) -> Place:
    """Return a place, which connects at its first request. `account` is the name of its account.

    Raises `RefusedError` if the library for the scheme is not installed.
    """
    account = f"account {account}"
    # Each of these is slow to import, and an account has few places.
    if options.scheme == "sftp":
        try:
            from ordosync.accounts.files.places.sftp import SftpPlace  # noqa: PLC0415
        except ModuleNotFoundError as error:
            raise RefusedError(account, "connect to the place", MISSING) from error
        return SftpPlace(options, account=account, clock=clock)
    if options.is_http:
        from ordosync.accounts.files.places.https import HttpsPlace  # noqa: PLC0415

        return HttpsPlace(options, account=account, clock=clock)
    from ordosync.accounts.files.places.ftps import FtpsPlace  # noqa: PLC0415

    return FtpsPlace(options, account=account, clock=clock)
