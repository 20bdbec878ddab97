"""Types of options with a short form in YAML. They import nothing of the configuration.

A dataclass with a class method `of_text` may also be written as a single value, as in `header: 4`;
its method `as_text` returns this value, or None. Of a dataclass whose `is_concise` is True,
`config show` shows only the options that differ from their defaults.
"""

from collections.abc import Iterable
from pathlib import Path, PosixPath
from typing import Annotated, Any


class Names(str):
    """One of several names: the first, which is the text itself, and the others, in order of use.

    In YAML it is a single text or a list. It is equal to its first name.
    """

    others: tuple[str, ...]

    def __new__(cls, first: str, *others: str) -> "Names":
        """Return the first of these names, with the others."""
        names = super().__new__(cls, first)
        names.others = others
        return names

    @property
    def all(self) -> tuple[str, ...]:
        """Each name, the first one first."""
        return (str(self), *self.others)

    def __getnewargs__(self) -> Any:
        """Return what copies need."""
        return self.all


FirstOf = Annotated[str, Names]
"""A name, or several of which the first that exists counts."""


def names_of(text: str) -> tuple[str, ...]:
    """Return all names of a text that may be `Names`."""
    return text.all if isinstance(text, Names) else (text,)


def merged(texts: Iterable[str]) -> tuple[str, ...]:
    """Return these texts without repetition; texts with the same first name share all names."""
    found: dict[str, str] = {}
    for text in texts:
        others = names_of(text)[1:]
        if text in found and others:
            known = names_of(found[text])
            found[text] = Names(*dict.fromkeys([*known, *others]))
        elif text not in found:
            found[text] = text
    return tuple(found.values())


class ConfiguredPath(PosixPath):
    """A path of the configuration, relative to its file, that knows its text there."""

    text = ""

    @classmethod
    def of(cls, folder: Path, text: str) -> "ConfiguredPath":
        """Return the path for a text in a file of this folder."""
        path = cls(folder, text)
        path.text = text
        return path


def text_of(path: Path) -> str:
    """Return the text of a path as it is configured, such as a path below a place."""
    return (isinstance(path, ConfiguredPath) and path.text) or str(path)
