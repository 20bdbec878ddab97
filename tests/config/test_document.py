"""The form of the file: checks that come before any option is read."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ordosync.config import load_config, yaml_file
from ordosync.errors import ConfigError
from ordosync.text import printable

from .conftest import LEAST, Load, Problems


@pytest.fixture(params=["C", "Python"], autouse=True)
def _both_parsers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "Python":

        class TextLoader(yaml.SafeLoader):
            yaml_implicit_resolvers = {}  # noqa: RUF012

        monkeypatch.setattr(yaml_file, "TextLoader", TextLoader)


def test_least_configuration_has_no_problem(load: Load) -> None:
    config = load(LEAST)

    assert list(config.portals) == ["acme-northwind"]
    assert set(config.accounts) == {"acme", "northwind"}


def test_missing_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        load_config(tmp_path / "none.yaml")

    [problem] = raised.value.problems
    assert problem == (
        f"{tmp_path}/none.yaml: No such file or directory; correct its path, or create one with"
        " `ordosync init`"
    )


def test_folder_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        load_config(tmp_path)

    assert raised.value.problems == (f"{tmp_path}: Is a directory",)


@pytest.mark.skipif(os.geteuid() == 0, reason="root can read everything")
def test_unreadable_file_is_one_line(file: Path) -> None:
    file.chmod(0)

    with pytest.raises(ConfigError) as raised:
        load_config(file)

    assert raised.value.problems == (f"{file}: Permission denied",)


def test_other_encoding_is_one_line(file: Path) -> None:
    file.write_bytes(LEAST.encode() + "# café\n".encode("latin-1"))

    with pytest.raises(ConfigError) as raised:
        load_config(file)

    assert raised.value.problems == (f"{file}: line 8 is not UTF-8",)


def test_byte_order_mark_and_foreign_line_ends_do_no_harm(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbf" + LEAST.replace("\n", "\r\n").encode())

    assert list(load_config(file).portals) == ["acme-northwind"]


def test_seventeen_megabytes_are_refused_unparsed(file: Path) -> None:
    file.write_bytes(b"[" * 17_000_000)

    with pytest.raises(ConfigError) as raised:
        load_config(file)

    assert raised.value.problems == (f"{file}: larger than 16 MB",)


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n"])
def test_empty_file_says_so(problems: Problems, text: str) -> None:
    (problem,) = problems(text)

    assert problem in ("line 1: the file is empty", "line 1: needs a value")


def test_file_that_is_a_list_says_what_is_expected(problems: Problems) -> None:
    assert problems("- accounts\n") == ["line 1: expected options (name: value), not a list"]


def test_alias_bomb_is_refused_at_each_alias(problems: Problems) -> None:
    levels = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9))

    reported = problems("a0: &a0 [lol]\n" + levels)

    assert len(reported) == 9 + 8 * 9
    assert reported[0].startswith("line 1: anchors and aliases (&, *) are not supported")


@pytest.mark.parametrize("tag", ["!!python/object:os.system", "!mine", "!!int", "!"])
def test_tags_are_refused(problems: Problems, tag: str) -> None:
    reported = problems(f"{LEAST}\ndatabase: {tag} x.db\n")

    assert reported == ["line 9: tags (!) are not supported; quote a value that starts with !"]


def test_second_document_is_refused(problems: Problems) -> None:
    reported = problems(f"{LEAST}---\n{LEAST}")

    assert reported == ["line 8: a second document starts here (---); there can be only one"]


def test_tab_is_reported_with_its_line_and_a_hint(problems: Problems) -> None:
    (problem,) = problems("accounts:\n\tacme:\n\t\tkind: shop\n")

    assert problem.startswith("line 2: not valid YAML: found character")
    assert problem.endswith("; indent with spaces, not tabs")


def test_open_quote_is_reported_with_the_line_where_it_opens(problems: Problems) -> None:
    (problem,) = problems('database: "ordosync.db\naccounts:\n  a: 1\n')

    assert "unexpected end of stream" in problem
    assert "from line 1" in problem


def test_character_that_yaml_does_not_allow_is_visible(problems: Problems) -> None:
    reported = problems("accounts:\n  acme: \x1b[31m\n")

    assert reported == [r"line 2: a character that YAML does not allow: \x1b"]


@pytest.mark.parametrize("opening", ["[", "- ", "{a: ", "? "])
def test_deep_nesting_is_refused(problems: Problems, opening: str) -> None:
    assert problems(opening * 100_000) == ["line 1: nested too deeply"]


def test_duplicate_keys_are_refused_with_both_lines(problems: Problems) -> None:
    text = f'{LEAST}    since: 2026-11-01\n    "since": 2026-11-02\n'

    assert problems(text) == [
        "line 9: portals.acme-northwind.since: given twice, first in line 8",
    ]


def test_key_that_is_no_text_is_refused(problems: Problems) -> None:
    assert problems(f"{LEAST}? [a, b]\n: c\n") == ["line 8: a name must be a single value"]


def test_merge_key_is_a_key_like_any_other(problems: Problems) -> None:
    (problem,) = problems(f"{LEAST}<<: {{database: x.db}}\n")

    assert problem.startswith("line 8: <<: unknown option")


@pytest.fixture
def any_file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("any") / "config.yaml"
    yield path
    path.unlink(missing_ok=True)


words = st.sampled_from(
    [*"[]{}:,-?&*!|>'\"%@`#~ \n\t", "accounts", "portals", ": ", "\n  ", "null", "kind", "shop"]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.one_of(st.binary(), st.text().map(str.encode), st.lists(words).map("".join).map(str.encode))
)
@example(b"accounts: [\n")
@example(b'"\\ud800": 1')
def test_any_invalid_content_is_a_configuration_error(any_file: Path, content: bytes) -> None:
    any_file.write_bytes(content)

    with pytest.raises(ConfigError) as raised:
        load_config(any_file)

    assert raised.value.problems
    assert all(printable(problem) == problem for problem in raised.value.problems)
