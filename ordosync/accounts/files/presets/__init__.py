"""Presets: options of known exports, each in a file NAME.yaml in the words of the configuration.

A preset is never changed, since the orders that were read with it would be read again: a corrected
one is a further file with a number, such as `shopify-export-2.yaml`.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
_NUMBERED = re.compile(r"(.+?)(?:-([2-9]|[1-9][0-9]+))?")


@cache
def digest_of(name: str, folder: Path = FOLDER) -> str:
    """Return a digest of the text of a preset."""
    return hashlib.sha256((folder / f"{name}.yaml").read_bytes()).hexdigest()


def newest_of(name: str, folder: Path = FOLDER) -> str:
    """Return the preset with the highest number for the same export; it may be the same."""
    base, _ = _parsed(name)
    versions = [each.stem for each in folder.glob("*.yaml") if _parsed(each.stem)[0] == base]
    return max(versions, key=lambda each: _parsed(each)[1], default=name)


def warnings(names: Iterable[str], folder: Path = FOLDER) -> Iterator[str]:
    """Yield a warning for each preset of which there is a newer version."""
    for name in dict.fromkeys(names):
        if name and (newest := newest_of(name, folder)) != name:
            yield (
                f"preset {name} stays as it is, and there is a corrected {newest}; with it, all"
                " files are read again"
            )


def _parsed(name: str) -> tuple[str, int]:
    """Return the name without its number, and the number; the first version is 1."""
    match = _NUMBERED.fullmatch(name)
    return (match[1], int(match[2] or 1)) if match else (name, 1)
