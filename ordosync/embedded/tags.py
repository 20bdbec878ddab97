"""Tags of an order, by which a portal may hold it. Upper and lower case do not differ."""

from collections.abc import Iterable, Sequence


def with_tags(
    tags: Iterable[str], *, added: Iterable[str] = (), removed: Iterable[str] = ()
) -> tuple[str, ...]:
    """Return tags with these added and removed, each once in its first spelling."""
    without = {tag.casefold() for tag in removed}
    kept: dict[str, str] = {}
    for tag in (*tags, *added):
        if tag.casefold() not in without:
            kept.setdefault(tag.casefold(), tag)
    return tuple(kept.values())


def problem(tags: Sequence[str]) -> str:
    """Return why a tag cannot be used; empty if all can."""
    for tag in tags:
        if not tag.strip():
            return "a tag must not be empty"
        if "," in tag or not tag.isprintable():
            return f"the tag {tag[:40]!a} must have no comma and no control character"
    return ""
