"""The option `after`: the fate of a file at a place, once it was read."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, kw_only=True)
class After:
    """`keep`, `delete`, or a folder of the place into which the file is moved."""

    is_concise: ClassVar[bool] = True

    archive: str = ""
    delete: bool = False

    @classmethod
    def of_text(cls, text: str) -> "After":
        """Return the meaning of a single value."""
        if text not in ("keep", "delete"):
            raise ValueError(f'"{text}" is not keep or delete; to archive, write {{archive: done}}')
        return cls(delete=text == "delete")

    def as_text(self) -> str | None:
        """Return the single value, if there is no folder."""
        return None if self.archive else "delete" if self.delete else "keep"

    def __post_init__(self) -> None:
        if self.archive and self.delete:
            raise ValueError("delete: is not possible together with `archive`")


KEEP = After()
