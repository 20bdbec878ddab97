import pytest

from ordosync.accounts.files.input_options.statuses import StatusColumn


def test_a_word_has_the_meaning_of_its_list() -> None:
    column = StatusColumn(column="s", travels=("paid", ""), held=("pending",), failed=("partial",))

    found = [column.verdict(text) for text in ("Paid", " ", "pending ", "PARTIAL", "new")]

    assert found == ["travels", "travels", "held", "failed", None]


def test_all_other_words_may_have_a_meaning() -> None:
    shipped = StatusColumn(column="Shipped on", travels=("",), others="skipped")
    paid = StatusColumn(column="Paid on", held=("",), others="travels")

    assert [shipped.verdict(text) for text in ("", "2026-11-20")] == ["travels", "skipped"]
    assert [paid.verdict(text) for text in ("", "2026-11-20")] == ["held", "travels"]


@pytest.mark.parametrize("options", [{"held": ("a",)}, {"others": "held"}, {"skipped": ("A", "a")}])
def test_impossible_words_are_refused(options: dict[str, tuple[str, ...]]) -> None:
    with pytest.raises(ValueError, match=r"^(held|column): "):
        StatusColumn(column="s", travels=("paid",), rows=True, **options)  # type: ignore[arg-type]


def test_a_column_without_a_word_that_travels_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^travels: at least one word"):
        StatusColumn(column="s", skipped=("x",))
