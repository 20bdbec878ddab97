"""Opens the mirror of a reading, for one portal."""

from ordosync.accounts.account import PortalContext
from ordosync.accounts.connections import Connections
from ordosync.accounts.files.input_options.input_files import InputFiles
from ordosync.accounts.files.places.mirror.files import MirroredFiles
from ordosync.accounts.files.places.mirror.folder import MirrorFolder
from ordosync.accounts.files.places.mirror.mirror import Mirror
from ordosync.accounts.files.places.opening import place_of
from ordosync.accounts.files.places.patience import Patience
from ordosync.accounts.files.places.patterns import NamePattern


def mirror_of(
    name: str,
    options: InputFiles,
    portal: PortalContext,
    at: Connections,
    *,
    account: str,
    patience: Patience | None = None,
) -> Mirror:
    """Return the mirror of a reading that has a place; all portals of the account share it."""
    place, label = options.place, f"account {account}"
    if place is None:
        raise ValueError(f"{name} has no place")
    folder = MirrorFolder(
        portal.places / "in" / name, account=label, action=f"read {name}", clock=at.clock
    )
    return Mirror(
        folder,
        NamePattern.of(options.glob, options.format),
        place_of(place, at, account=account),
        account=label,
        clock=at.clock,
        patience=patience or Patience(at.clock),
        quiet_s=options.quiet_s,
        ready=options.ready,
        max_files=place.max_files,
        most_bytes=place.most_bytes,
    )


def mirrored_files(
    name: str,
    options: InputFiles,
    portal: PortalContext,
    at: Connections,
    *,
    account: str,
    patience: Patience,
) -> MirroredFiles:
    """Return the files of a reading that has a place. All readings of a run share `patience`."""
    return MirroredFiles(
        mirror_of(name, options, portal, at, account=account, patience=patience),
        options,
        portal=portal.spool.parent.name,
        spools={spool.parent.name: spool / name for spool in portal.spools()},
        retention=portal.retention,
        account=f"account {account}",
        clock=at.clock,
    )
