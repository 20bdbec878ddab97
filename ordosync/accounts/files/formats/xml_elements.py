"""Elements of a record in XML, and how a path leads to them."""

from collections.abc import Sequence

from ordosync.accounts.files.formats.record_rows import PathError
from ordosync.accounts.files.input_options.record_paths import xml_steps

_NO_PARTS: dict[str, list["Element"]] = {}


class Element:
    """An element or an attribute."""

    __slots__ = ("parts", "texts")

    def __init__(self, *texts: str) -> None:
        # Shared until there are some, since a file may have millions of empty elements.
        self.parts = _NO_PARTS
        """Elements by name, and attributes by their name with @."""
        self.texts: Sequence[str] = texts

    def add(self, name: str, *texts: str) -> "Element":
        """Add an element or an attribute, and return it."""
        part = Element(*texts)
        if self.parts is _NO_PARTS:
            self.parts = {}
        if name in self.parts:
            self.parts[name].append(part)
        else:
            self.parts[name] = [part]
        return part

    def add_attributes(self, attributes: Sequence[str]) -> None:
        """Add attributes, which are names and texts in turn, without declarations of namespaces."""
        for name, text in zip(attributes[::2], attributes[1::2], strict=True):
            if name != "xmlns" and not name.startswith("xmlns:"):
                self.add(f"@{name_of(name)}", text)

    def add_text(self, text: str) -> None:
        """Add text."""
        if not isinstance(self.texts, list):
            self.texts = []
        self.texts.append(text)

    def is_blank(self) -> bool:
        """True if it has neither parts nor text."""
        return not self.parts and not "".join(self.texts).strip()


class XmlTree:
    """Reads the elements of a record; see `Tree`."""

    separator = "/"

    def steps(self, path: str) -> Sequence[str]:
        """Return the steps of a path."""
        return xml_steps(path)

    def children(self, node: Element, step: str) -> Sequence[Element]:
        """Return the elements or attributes of a name."""
        return node.parts.get(step, ())

    def text(self, node: Element) -> str | None:
        """Return the text of an element or attribute; None if it has elements."""
        return None if any(name[0] != "@" for name in node.parts) else "".join(node.texts)

    def check_lines(self, node: Element, step: str, *, is_last: bool) -> None:
        """Raise `PathError` if the element around lines is missing, or if the case differs."""
        other = next((name for name in node.parts if name.casefold() == step.casefold()), "")
        if other or not is_last:
            hint = f"; did you mean {other!a}?" if other else ""
            raise PathError(f"has no element {step!a}{hint}")


def name_of(tag: str) -> str:
    """Return the name of an element or attribute without its namespace."""
    return tag.rpartition(":")[2]
