"""SKUs that are nearly equal."""

import pytest

from ordosync.skus import exact, folded, similar, spellings


@pytest.mark.parametrize(
    "sku",
    [
        "MUG blue",
        "mug-blue".replace("-", " "),
        " Mug  Blue ",
        "MUG\u00a0BLUE",
        "\uff2dUG\tblue\u200b",
    ],
)
def test_m3_case_spaces_and_width_do_not_count_in_a_near_match(sku: str) -> None:
    assert folded(sku) == "mug blue"


@pytest.mark.parametrize("sku", ["MUGBLUE", "MUG-BLUE", "MUG BLUE 0", "0MUG BLUE", ""])
def test_m3_any_other_difference_counts(sku: str) -> None:
    assert folded(sku) != "mug blue"


def test_found_skus_are_named_as_they_are() -> None:
    found = similar(["mug", "MUG", "CUP", "POT"], ["MUG", "Mug", "CUP", "JAR"])

    assert found == {"mug": ["MUG", "Mug"], "MUG": ["MUG", "Mug"], "CUP": ["CUP"]}
    assert exact(found) == {"MUG", "CUP"}


def test_a_sku_is_searched_as_it_is_and_without_needless_spaces() -> None:
    assert spellings("MUG") == ["MUG"]
    assert spellings("\uff2dUG  Blue ") == ["\uff2dUG  Blue ", "MUG Blue"]
    assert spellings(" ") == [" "]
