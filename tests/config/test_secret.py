from collections.abc import Callable
from pathlib import Path

import pytest

from ordosync.config import load_config
from ordosync.errors import ConfigError
from ordosync.secret import Secret

from .conftest import LEAST, Load, Problems

LITERAL = "s3cr3t-canary"


def with_token(written: str) -> str:
    return LEAST.replace('"${TOKEN}"', written)


@pytest.fixture
def token(load: Load) -> Callable[[str], str]:
    """Return the token that the written value means."""

    def read(written: str) -> str:
        secret = load(with_token(written)).accounts["acme"].options["token"]
        assert isinstance(secret, Secret)
        return secret.reveal()

    return read


@pytest.fixture
def problem(problems: Problems) -> Callable[[str], str]:
    """Return the problem of the token."""

    def read(written: str) -> str:
        (message,) = problems(with_token(written))
        head = "line 2: accounts.acme.token: "
        assert message.startswith(head)
        return message.removeprefix(head)

    return read


def keep(path: Path, text: str, mode: int = 0o600) -> None:
    path.touch()
    path.chmod(mode)
    path.write_text(text)


def test_secret_shows_only_the_end_of_a_long_one() -> None:
    assert f"{Secret('12345678')} {Secret('12345678')!r}" == "***78 ***78"
    assert f"{Secret('1234567')} {Secret('')!r}" == "*** ***"


def test_variable_of_the_environment(token: Callable[[str], str]) -> None:
    assert token('"${TOKEN}"') == "from-the-environment"


def test_variable_that_is_not_set_or_empty_is_a_problem(
    problem: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMPTY", "")

    assert problem('"${NONE_SUCH}"') == "the environment variable NONE_SUCH is not set, or empty"
    assert problem('"${EMPTY}"') == "the environment variable EMPTY is not set, or empty"


@pytest.mark.parametrize("written", ['"x${TOKEN}"', '"${TOKEN}${TOKEN}"', '"${A-b}"', '"${}"'])
def test_variable_must_be_the_whole_value(problem: Callable[[str], str], written: str) -> None:
    assert problem(written) == "${NAME} must be the whole value"


def test_file_relative_to_the_configuration_loses_its_line_end(
    token: Callable[[str], str], tmp_path: Path
) -> None:
    keep(tmp_path / "token", f"{LITERAL}\r\n")

    assert token("file:token") == LITERAL


def test_file_that_the_group_can_read_is_good(token: Callable[[str], str], tmp_path: Path) -> None:
    keep(tmp_path / "token", LITERAL, mode=0o640)

    assert token(f"file:{tmp_path}/token") == LITERAL


def test_file_that_others_can_read_is_a_problem(
    problem: Callable[[str], str], tmp_path: Path
) -> None:
    path = tmp_path / "token"
    keep(path, LITERAL, mode=0o604)

    assert problem("file:token") == f"others can read {path}: `chmod o-r {path}`"


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("none", "No such file or directory"),
        ("empty", "the file is empty"),
        ("folder", "Is a directory"),
        ("binary", "not UTF-8"),
    ],
)
def test_file_that_gives_no_secret_is_a_problem(
    problem: Callable[[str], str], tmp_path: Path, name: str, why: str
) -> None:
    (tmp_path / "folder").mkdir(mode=0o700)
    keep(tmp_path / "empty", "\n")
    keep(tmp_path / "binary", "")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")

    assert problem(f"file:{name}") == f"{tmp_path / name}: {why}"


@pytest.mark.parametrize("written", ['"file:"', r'"file:\0"', "file:~/token"])
def test_file_that_cannot_be_one_is_a_problem(problem: Callable[[str], str], written: str) -> None:
    assert "path" in problem(written)


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o400])
def test_literal_is_good_where_others_cannot_read_it(
    file: Path, token: Callable[[str], str], mode: int
) -> None:
    file.chmod(mode | 0o200)

    assert token(LITERAL) == LITERAL
    assert token("012") == "012"


def test_literal_where_others_can_read_it_is_a_problem(
    file: Path, problem: Callable[[str], str]
) -> None:
    file.chmod(0o644)

    why = problem(LITERAL)

    assert f"`chmod o-r {file}`" in why
    assert "${NAME}" in why
    assert LITERAL not in why


def test_file_that_others_can_read_may_name_its_secrets(
    file: Path, token: Callable[[str], str]
) -> None:
    file.chmod(0o644)

    assert token('"${TOKEN}"') == "from-the-environment"


@pytest.mark.parametrize(
    "written",
    [
        f"[{LITERAL}]",
        f"{{a: {LITERAL}}}",
        f"*{LITERAL}",
        f"&{LITERAL}",
        f"!{LITERAL}",
        f'"{LITERAL}',
        f"a: {LITERAL}",
        f"{LITERAL}${{",
        f"{LITERAL}, since: {LITERAL}, kind: shop",
    ],
)
def test_no_message_repeats_a_secret(file: Path, written: str) -> None:
    file.write_text(with_token(written))

    with pytest.raises(ConfigError) as raised:
        load_config(file)

    assert LITERAL not in str(raised.value)


@pytest.mark.parametrize("written", ['""', "", "null"])
def test_empty_secret_is_a_problem(problem: Callable[[str], str], written: str) -> None:
    assert problem(written) in ("is empty", "needs a value")
