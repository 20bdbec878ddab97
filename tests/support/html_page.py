"""A page of HTML as a test reads it: its text, and everything that a browser would load or run."""

from html.parser import HTMLParser
from pathlib import Path

_VOID = frozenset({"meta", "br", "link", "img", "hr", "input"})
_FORBIDDEN = frozenset({"script", "link", "img", "iframe", "object", "embed", "form", "base", "a"})
_LOADING = frozenset({"src", "href", "xlink:href", "action", "background", "style"})


class Page(HTMLParser):
    """A page; reading one that is not well formed, or that loads anything, raises."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.source = path.read_text("utf-8")
        self.words: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []
        assert self.source.startswith('<!doctype html>\n<html lang="en">')
        self.feed(self.source)
        self.close()
        assert self._open == []

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def named(self, tag: str) -> list[dict[str, str | None]]:
        """Return the attributes of each element of this name."""
        return [attributes for name, attributes in self.tags if name == tag]

    def of_class(self, name: str) -> int:
        """Return how many elements are of this class."""
        return sum(name in (attributes.get("class") or "").split() for _, attributes in self.tags)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), (tag, names)
        assert tag not in _FORBIDDEN, tag
        assert not [name for name in names if name.startswith("on") or name in _LOADING], names
        self.tags.append((tag, dict(attrs)))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # Only elements of SVG may end like this.
        assert "svg" in self._open, tag
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] != "style":
            self.words.append(data)
        elif self._open:
            assert "url(" not in data
            assert "@import" not in data
