"""The first records of an XML document, and the path to them."""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from xml.parsers import expat

from ordosync.accounts.files.formats.xml_elements import Element, name_of

_DEEPEST = 50


def records_of_xml(content: bytes) -> tuple[str, list[dict[str, Any]]]:
    """Return the path of the records in the first part of a document, and the records."""
    found = list(_records([_parsed(content)], ""))
    path, elements = max(found, key=lambda each: _size(each[1]), default=("", []))
    return path, [_plain(element) for element in elements]


def _records(level: list[Element], path: str) -> Iterator[tuple[str, list[Element]]]:
    """Yield the elements below these that may be records, the most frequent ones first."""
    names = Counter(name for each in level for name in each.parts if name[0] != "@")
    for name, _ in names.most_common():
        below = [part for each in level for part in each.parts.get(name, ())]
        inner = f"{path}/{name}" if path else name
        if path and _are_records(below):
            yield inner, below
        else:
            yield from _records(below, inner)


def _size(elements: list[Element]) -> tuple[int, int]:
    """Return how many elements there are, and how many texts the first one has."""
    return len(elements), _texts_in(elements[0])


def _texts_in(element: Element) -> int:
    parts = [part for each in element.parts.values() for part in each]
    return sum(map(_texts_in, parts)) if parts else 1


def _are_records(elements: list[Element]) -> bool:
    """True for elements with parts, unless there is one that only holds others of one name."""
    if len(elements) > 1:
        return any(element.parts for element in elements)
    return any(not part.parts for element in elements for [part, *_] in element.parts.values())


def _parsed(content: bytes) -> Element:
    """Return the element around the root; what is cut or damaged is left out."""
    top = Element()
    open_elements = [top]

    def start(tag: str, attributes: list[str]) -> None:
        is_deep = len(open_elements) >= _DEEPEST
        element = Element() if is_deep else open_elements[-1].add(name_of(tag))
        open_elements.append(element)
        element.add_attributes(attributes)

    def add_text(text: str) -> None:
        open_elements[-1].add_text(text)

    parser = expat.ParserCreate()
    parser.ordered_attributes = True
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: open_elements.pop()
    parser.CharacterDataHandler = add_text
    parser.StartDoctypeDeclHandler = _refuse
    # The reader refuses such a file with a reason.
    with suppress(expat.ExpatError, ValueError, LookupError):
        parser.Parse(content, False)
    return top


def _refuse(*_: object) -> None:
    raise ValueError("DOCTYPE")


def _plain(element: Element) -> dict[str, Any]:
    """Return the parts of an element: a text, an object, or a list of objects of one name."""
    plain: dict[str, Any] = {}
    for name, parts in element.parts.items():
        values = [_plain(part) if part.parts else "".join(part.texts).strip() for part in parts]
        plain[name] = values if len(values) > 1 else values[0]
    return plain
