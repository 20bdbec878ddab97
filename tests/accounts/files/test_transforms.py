"""Steps from the text of a cell to the text of a field: pure functions."""

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordosync.accounts.files.input_options.transforms import Part, Transform
from ordosync.accounts.files.parsing.transforms import (
    TransformError,
    amount_problem,
    joined,
    part_of,
    read_date,
    transformed,
)

NBSP, NARROW = "\u00a0", "\u202f"
STEPS = (
    Transform(word="strip"),
    Transform(word="upper"),
    Transform(word="lower"),
    Transform(word="country"),
    Transform(whole=True),
    Transform(prefix="NW-"),
    Transform(pad=5),
    Transform(currency="$"),
    Transform(thousands=","),
    Transform(map={"a": "b"}, rest="fail"),
)


def after(text: str, *steps: Transform, decimal: str = ".") -> str:
    return transformed(text, steps, decimal=decimal)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_blank_text_stays_blank(step: Transform) -> None:
    assert after("", step) == ""


def test_steps_are_applied_from_left_to_right() -> None:
    pad, prefix = Transform(pad=5), Transform(prefix="NW-")

    assert after(" ab\u200b ", Transform(word="strip"), Transform(word="upper")) == "AB"
    assert after("501", pad, prefix) == "NW-00501"
    assert after("501", prefix, pad) == "NW-501"


@pytest.mark.parametrize(
    ("text", "result"),
    [("501", "00501"), ("123456", "123456"), ("-1", "-1"), ("5.0", "5.0"), ("A1", "A1")],
)
def test_pad_changes_only_digits(text: str, result: str) -> None:
    assert after(text, Transform(pad=5)) == result


@given(st.text("0123456789", min_size=1, max_size=12), st.integers(1, 12))
def test_padded_number_keeps_its_value(text: str, length: int) -> None:
    padded = after(text, Transform(pad=length))

    assert int(padded) == int(text)
    assert len(padded) == max(len(text), length)


@pytest.mark.parametrize(
    ("sign", "text", "amount"),
    [
        ("$", "$9.50", "9.50"),
        ("$", "9.50 $", "9.50"),
        ("$", "-$9.50", "-9.50"),
        ("$", "$-9.50", "-9.50"),
        ("$", "9.50", "9.50"),
        ("USD", "USD 9.50", "9.50"),
        ("USD", f"9.50{NBSP}USD", "9.50"),
        ("\u20ac", f"12,50{NARROW}\u20ac", "12,50"),
        ("kr.", "kr. 9", "9"),
    ],
)
def test_currency_is_removed_before_or_after_the_amount(sign: str, text: str, amount: str) -> None:
    assert after(text, Transform(currency=sign)) == amount


@pytest.mark.parametrize("text", ["$$9.50", "9$50", "US$9.50", "($9.50)", "\u20ac9.50"])
def test_another_sign_stays_and_is_no_amount(text: str) -> None:
    assert not after(text, Transform(currency="$")).replace(".", "").isdigit()


def test_currency_without_an_amount_is_refused() -> None:
    with pytest.raises(TransformError, match="has no amount"):
        after("$", Transform(currency="$"))


@pytest.mark.parametrize(
    ("separator", "decimal", "text", "number"),
    [
        (",", ".", "1,204", "1204"),
        (",", ".", "-1,018.50", "-1018.50"),
        (".", ",", "1.234,50", "1234,50"),
        (" ", ",", f"1{NBSP}234{NBSP}567,5", "1234567,5"),
        ("'", ".", "1\u2019234.50", "1234.50"),
        (",", ".", "12", "12"),
        (",", ".", "10+", "10+"),
    ],
)
def test_separators_of_thousands_are_removed(
    separator: str, decimal: str, text: str, number: str
) -> None:
    assert after(text, Transform(thousands=separator), decimal=decimal) == number


@pytest.mark.parametrize(
    "text", ["1,20", "1,2345", ",204", "12,34,567", "1,204,", "1.5,204", "a,b"]
)
def test_separator_in_another_place_is_refused(text: str) -> None:
    with pytest.raises(TransformError, match="in another place than before every three digits"):
        after(text, Transform(thousands=","))


@given(st.integers(-(10**12), 10**12), st.sampled_from([",", ".", " ", "'", "_"]))
def test_grouped_number_keeps_its_value(number: int, separator: str) -> None:
    text = f"{number:,}".replace(",", separator)
    decimal = "," if separator == "." else "."

    assert after(text, Transform(thousands=separator), decimal=decimal) == str(number)


@given(st.integers(1000, 10**12), st.data())
def test_moved_separator_is_refused(number: int, data: st.DataObject) -> None:
    text = f"{number:,}"
    digits = text.replace(",", "", 1)
    place = data.draw(st.integers(0, len(digits)))
    moved = f"{digits[:place]},{digits[place:]}"

    if moved != text:
        with pytest.raises(TransformError):
            after(moved, Transform(thousands=","))


@pytest.mark.parametrize(
    ("text", "decimal", "result"),
    [("2.00", ".", "2"), ("-3,0", ",", "-3"), ("2", ".", "2"), ("two", ".", "two")],
)
def test_whole_number_loses_its_zeros(text: str, decimal: str, result: str) -> None:
    assert after(text, Transform(whole=True), decimal=decimal) == result


@pytest.mark.parametrize("text", ["2.5", "0.001", "-1.10"])
def test_part_of_a_unit_is_refused(text: str) -> None:
    with pytest.raises(TransformError, match="is not a whole number"):
        after(text, Transform(whole=True))


def test_map_keeps_or_refuses_other_texts() -> None:
    words = {"10+": "10", "Out of stock": "0"}

    assert after("10+", Transform(map=words)) == "10"
    assert after("out of stock", Transform(map=words)) == "out of stock"
    with pytest.raises(TransformError, match="is not in the step `map`"):
        after("11+", Transform(map=words, rest="fail"))


@given(st.lists(st.text("abc", min_size=1), min_size=1, max_size=4))
def test_joined_parts_are_split_again(parts: list[str]) -> None:
    text = joined(parts, "|", whole=False)
    last = max(len(parts), 2)

    found = [
        part_of(text, Part(from_="x", at="|", part=number), last)
        for number in range(1, len(parts) + 1)
    ]

    assert found == parts


@given(st.text("ab|", max_size=12), st.integers(2, 5))
def test_no_part_of_a_split_text_is_lost(text: str, last: int) -> None:
    parts = [part_of(text, Part(from_="x", at="|", part=n), last) for n in range(1, last + 1)]

    assert "|".join(parts).rstrip("|") == text.rstrip("|")


def test_single_first_part_has_no_rest() -> None:
    assert part_of("Size M, red", Part(from_="x", at=", ", part=1), 2) == "Size M"
    assert part_of("1 Main St, Apt 2, rear", Part(from_="x", at=", ", part=2), 2) == "Apt 2, rear"
    assert part_of("1 Main St", Part(from_="x", at=", ", part=2), 2) == ""


def test_join_leaves_out_blank_texts() -> None:
    assert joined(["Ana", "", "Cruz"], " ", whole=False) == "Ana Cruz"
    assert joined(["S", ""], "-", whole=True) == ""


@given(st.dates(date(2000, 1, 1), date(2068, 12, 31)))
def test_date_is_read_or_has_two_meanings(day: date) -> None:
    text = f"{day:%m/%d/%y}"

    if day.day > 12 or day.day == day.month:
        assert read_date(text, ["%m/%d/%y", "%d/%m/%y"]).date() == day
    else:
        with pytest.raises(TransformError, match=f"has two meanings: {day} by '%m/%d/%y' and "):
            read_date(text, ["%m/%d/%y", "%d/%m/%y"])


def test_formats_of_a_date_are_tried_in_order() -> None:
    formats = ["%b-%d-%y", "%m/%d/%Y", "excel"]

    assert str(read_date("Nov-20-26", formats)) == "2026-11-20 00:00:00"
    assert str(read_date("11/20/2026", formats)) == "2026-11-20 00:00:00"
    assert str(read_date("2026-11-20 08:30:00", formats)) == "2026-11-20 08:30:00"
    with pytest.raises(TransformError, match="is not a date like Nov-29-26 or 11/29/2026 or 2026-"):
        read_date("20.11.2026", formats)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("$9.50", "the step {currency: '$'} of a transform removes '$'"),
        ("9.50 EUR", "{currency: 'EUR'}"),
        ("1,018.50", "the step {thousands: ','}"),
        ("(9.50)", "is in parentheses; export a negative amount with a minus"),
        ("$(9.50)", "is not an amount such as 12.50"),
        ("1e3", "is not an amount such as 12.50"),
    ],
)
def test_reason_names_the_step_that_makes_an_amount(text: str, reason: str) -> None:
    assert reason in amount_problem(text, ".")


@pytest.mark.parametrize("text", ["1" + " " * 9_998 + "(", "(" + "1" * 9_999])
def test_long_text_that_is_no_amount_is_refused_at_once(text: str) -> None:
    started = time.process_time()

    for _ in range(20):
        assert amount_problem(after(text, Transform(currency="$")), ".").startswith("is not")
    assert time.process_time() - started < 1
