"""Ways to hand a file over, so that the partner never takes an incomplete file."""

import re
from dataclasses import dataclass
from typing import ClassVar, Literal

from msgspec import Struct

_NAME = "{name}"
_MARKER = re.compile(r"[A-Za-z0-9._-]*\{name\}[A-Za-z0-9._-]*")


class Route(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The paths of a file below the place."""

    upload: str
    """The path that the content is written to."""
    target: str
    """The path that shows the partner a complete file: the file, or its marker."""
    source: str = ""
    """The path that is renamed to `target`; empty if the content is written there directly."""
    has_marker: bool = False
    """True if `source` is an empty file, and not the content."""


@dataclass(frozen=True, kw_only=True)
class Publish:
    """The way in which files get their names. In YAML also one word, `rename` or `direct`."""

    is_concise: ClassVar[bool] = True

    mode: Literal["rename", "direct"] = "rename"
    """`rename`: written under a temporary name first. `direct`: written under the final name."""
    folder: str = ""
    """A folder of the place where files are written first; `rename` then moves them."""
    marker: str = ""
    """The name of an empty file that follows each file, such as `{name}.done`."""

    @classmethod
    def of_text(cls, text: str) -> "Publish":
        """Return the way with this name."""
        if text not in ("rename", "direct"):
            raise ValueError(
                f"{text!r} is not possible here; choose rename, direct, folder: NAME or"
                " marker: NAME"
            )
        return cls(mode="direct" if text == "direct" else "rename")

    def as_text(self) -> str | None:
        """Return the name of the way if it has no other options."""
        return None if self.folder or self.marker else self.mode

    def __post_init__(self) -> None:
        if self.folder and self.marker:
            raise ValueError("marker: is not possible with `folder`")
        if self.mode == "direct" and (self.folder or self.marker):
            raise ValueError("mode: direct is not possible with `folder` or `marker`")
        if self.marker and not (_MARKER.fullmatch(self.marker) and self.marker != _NAME):
            raise ValueError("marker: write it as in `{name}.done`")

    def route(self, folder: str, name: str) -> Route:
        """Return the paths of a file with this name in a folder of the place."""
        file = joined(folder, name)
        if self.mode == "direct":
            return Route(upload=file, target=file)
        if self.marker:
            marker = self.marker.replace(_NAME, name)
            source = joined(folder, temporary_name(marker))
            return Route(upload=file, target=joined(folder, marker), source=source, has_marker=True)
        first = joined(self.folder, name) if self.folder else joined(folder, temporary_name(name))
        return Route(upload=first, source=first, target=file)


def temporary_name(name: str) -> str:
    """Return the name of a file that is not complete. Only ordosync uses and overwrites it."""
    return f".{name}.tmp"


def joined(folder: str, name: str) -> str:
    """Return the path of a name in a folder of the place."""
    folder = folder.removeprefix("./").rstrip("/")
    return f"{folder}/{name}" if folder not in ("", ".") else name


RENAME = Publish()
