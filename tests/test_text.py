"""Text on a terminal: hidden characters are visible, and plurals are right."""

import pytest

from ordosync.text import plural, printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31m", r"\x1b[31m"),
        ("two\nlines", r"two\nlines"),
        ("a\u202eb\u200bc\ufeff", r"a\u202eb\u200bc\ufeff"),
        ("a\u2028b", r"a\u2028b"),
        ("\ud800", r"\ud800"),
        ("a\U000e0041", r"a\U000e0041"),
    ],
)
def test_hidden_characters_are_written_out(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.parametrize("text", ["Zoë", "12\xa0mm", "👩\u200d🌾", "نم\u200cخ", "東京", ""])
def test_characters_of_languages_stay_as_they_are(text: str) -> None:
    assert printable(text) == text


def test_a_plural_is_for_all_counts_but_one() -> None:
    assert [plural(count, "line", "lines") for count in (0, 1, 2)] == ["lines", "line", "lines"]
