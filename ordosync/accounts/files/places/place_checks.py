"""Checks of places, for `config check`."""

from collections.abc import Iterable, Iterator
from importlib.util import find_spec

from ordosync.accounts.account import CheckResult
from ordosync.accounts.connections import Connections
from ordosync.accounts.files.places.opening import MISSING, place_of
from ordosync.accounts.files.places.options import PlaceOptions
from ordosync.accounts.files.places.place import UntrustedKeyError
from ordosync.accounts.files.places.sftp_algorithms import LEGACY
from ordosync.errors import AccountError


def warnings(places: Iterable[PlaceOptions]) -> Iterator[str]:
    """Yield what is wrong or weak in the options of places. Connects to nothing."""
    for options in places:
        if options.scheme == "sftp":
            if find_spec("asyncssh") is None:
                yield MISSING
            if not (options.host_key or options.known_hosts):
                yield (
                    f"place {options.host}: `host_key` is missing, so no connection is made;"
                    " `ordosync config check --online` shows the key"
                )
        if options.algorithms == "legacy":
            names = ", ".join(name for names in LEGACY.values() for name in names)
            yield f"place {options.host}: `algorithms: legacy` also accepts {names}"
        if options.allow_plain and options.scheme in ("ftp", "http"):
            yield (
                f"place {options.host}: {options.scheme}:// is not encrypted, so others on the way"
                " can read and change everything, the password included"
            )


def online_checks(
    places: Iterable[PlaceOptions], at: Connections, *, account: str
) -> Iterator[CheckResult]:
    """Sign in to places; for an unknown key of a server, yield the line to configure."""
    for options in places:
        try:
            place_of(options, at, account=account).connect()
        except UntrustedKeyError as error:
            yield CheckResult(text=str(error), is_problem=True)
            if error.line:
                yield CheckResult(
                    text="if the partner confirms this key, write into the options of the place:",
                    is_problem=True,
                )
                yield CheckResult(text=f"host_key: {error.line}", is_problem=True)
        except AccountError as error:
            yield CheckResult(text=str(error), is_problem=True)
