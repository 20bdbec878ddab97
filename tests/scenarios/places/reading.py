"""A shop whose order files are at a place, and a local warehouse, by the command line."""

import os
from pathlib import Path

from ordosync import failpoints
from tests.support.command import CONFIG as LOCAL
from tests.support.command import HEADER, Done, numbers, ordosync, row
from tests.support.places import FolderPlace

PLACE = 'place: {url: "sftp://partner.example", user: acme, host_key: "ssh-ed25519 AAAA"}'
CONFIG = LOCAL.replace("glob: feeds/*", f"glob: out/*.csv\n      {PLACE}\n      quiet_s: 0")
"""Files are fetched at once, since a test does not wait."""


class ReadingWorld:
    """The folder of the configuration, and the place with order files."""

    def __init__(self, folder: Path, place: FolderPlace) -> None:
        self.folder = folder
        self.place = place

    def configure(self, more: str) -> None:
        """Add options of the orders."""
        text = CONFIG.replace("quiet_s: 0", f"quiet_s: 0\n      {more}")
        (self.folder / "config.yaml").write_text(text)

    def drop(self, name: str, *numbers: str) -> Path:
        path = self.place.folder / "out" / name
        path.write_text(HEADER + "".join(map(row, numbers)))
        return path

    def run(self, *words: str) -> Done:
        return ordosync(self.folder, *words)

    def orders(self) -> list[str]:
        """Return the numbers of the warehouse's orders."""
        return numbers(self.folder)

    def kill(self, point: str, passage: int = 1) -> bool:
        """Run an import in another process; True if it was killed at a failpoint."""
        child = os.fork()
        if child == 0:
            failpoints._name, failpoints._left = point, passage
            self.run("import-orders")
            os._exit(0)
        _, status = os.waitpid(child, 0)
        return os.WIFSIGNALED(status)
