"""Text that is safe to show on a terminal, and the grammar of counts.

A terminal interprets control characters, and some characters reorder or hide the text around them.
Foreign text (orders, file names, responses of a service) can contain both.
"""

import re
from collections import Counter
from collections.abc import Iterable
from unicodedata import category

# Control, format and surrogate characters, line and paragraph separators.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# Scripts and emoji need these format characters; they neither reorder nor hide text.
_JOINERS = frozenset("\u200c\u200d")

# Blanks that `str.strip` does not remove: they have no width.
_WITHOUT_WIDTH = "\u200b\u200c\u200d\u2060\ufeff"
_MB = 1_000_000


def trimmed(text: str) -> str:
    """Return the text without blanks at both ends, those without a width included."""
    text = text.strip()
    # Blanks of both kinds may alternate.
    while text and (text[0] in _WITHOUT_WIDTH or text[-1] in _WITHOUT_WIDTH):
        text = text.strip(_WITHOUT_WIDTH).strip()
    return text


def printable(text: object) -> str:
    r"""Return the text with its hidden characters written out, such as ESC as `\x1b`."""
    shown = str(text)
    # Most text has none; this one call is much faster than a look at each character.
    if shown.isprintable():
        return shown
    return "".join(
        char.encode("unicode_escape").decode() if is_hidden(char) else char for char in shown
    )


def is_hidden(char: str) -> bool:
    """True if a terminal would interpret the character, or its reader would not see it."""
    # Tags are letters that no terminal shows; some of their code points have no category.
    is_tag = "\U000e0000" <= char <= "\U000e007f"
    return is_tag or (category(char) in _HIDDEN and char not in _JOINERS)


def status_text(status: str) -> str:
    """Return the status of an order as people read it; JSON and options have underscores."""
    return status.replace("_", " ")


def size_text(size: int) -> str:
    """Return the size of files as people read it."""
    return f"{size / _MB:.1f} MB" if size >= _MB else f"{size:,} bytes"


def split_text(pieces: Iterable[str]) -> str:
    """Return the state of a split order by the statuses of its pieces."""
    counts = Counter(map(status_text, pieces))
    if len(counts) == 1:
        return f"split: all pieces {min(counts)}"
    texts = ", ".join(f"{count} {text}" for text, count in counts.items())
    return f"split: {texts}" if texts else "split"


def compact(text: str | None) -> str:
    """Return a number as it is compared: in lower case, without spaces and hyphens.

    A text that has nothing else stays.
    """
    lower = (text or "").lower()
    return "".join(char for char in lower if char not in " -") or lower


def natural_key(text: str) -> tuple[tuple[object, ...], str]:
    """Return a key that sorts numbers within text by their value: A-2 before A-10."""
    parts = re.split("([0-9]+)", text)
    key: list[object] = [parts[0].casefold()]
    for number, word in zip(parts[1::2], parts[2::2], strict=True):
        # Without leading zeros, the longer number is larger; Python limits the length of an int.
        digits = number.lstrip("0")
        key += [len(digits), digits, word.casefold()]
    # The text itself decides between equal keys, such as those of A1 and a01.
    return tuple(key), text


def plural(count: int, singular: str, plural: str) -> str:
    """Return the words for this count."""
    return singular if count == 1 else plural
