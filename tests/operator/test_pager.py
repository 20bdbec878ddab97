"""M9: output that is longer than the screen goes through the pager."""

from pathlib import Path

import pytest

from tests.support.command import HEADER, on_a_terminal, ordosync, row, shop
from tests.support.desk import SHIP, TwoAccounts


def check_paged(
    folder: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], text: str
) -> None:
    """Check that a terminal of a few lines shows a command through the pager."""
    monkeypatch.setenv("PAGER", "sh -c 'echo PAGED; cat >/dev/null'")
    long = on_a_terminal(folder, *words, lines=4)
    refused = on_a_terminal(folder, *words, "--no-pager", lines=4)
    high = on_a_terminal(folder, *words, lines=200)

    assert long.strip() == "PAGED"
    assert "PAGED" not in refused + high
    assert text in refused
    assert text in high


def test_m9_attention_goes_through_the_pager(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop(tmp_path, HEADER + row("1", "abc") + row("2", "abc"))
    ordosync(tmp_path, "import-orders")

    check_paged(tmp_path, monkeypatch, ("attention",), "ordosync dismiss KEY")


@pytest.mark.parametrize(
    ("words", "text"), [(("why", "1001"), "next:"), (("report",), "import-orders")]
)
def test_m9_why_and_report_go_through_the_pager(
    both: TwoAccounts, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], text: str
) -> None:
    both.northwind(*SHIP)

    check_paged(both.folder, monkeypatch, words, text)
