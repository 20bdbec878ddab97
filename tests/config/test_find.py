from pathlib import Path

import pytest

from ordosync.config import find_config
from ordosync.errors import ConfigError


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("ORDOSYNC_CONFIG", raising=False)


def write_at_home(tmp_path: Path) -> Path:
    path = tmp_path / "home" / ".config" / "ordosync" / "config.yaml"
    path.parent.mkdir(parents=True)
    path.touch()
    return path


def test_option_comes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDOSYNC_CONFIG", "/of/the/environment.yaml")

    assert find_config(Path("named.yaml")) == Path("named.yaml")


def test_environment_comes_before_the_working_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("config.yaml").touch()
    monkeypatch.setenv("ORDOSYNC_CONFIG", "/of/the/environment.yaml")

    assert find_config(None) == Path("/of/the/environment.yaml")


def test_empty_variable_names_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("config.yaml").touch()
    monkeypatch.setenv("ORDOSYNC_CONFIG", "")

    assert find_config(None) == Path("config.yaml")


def test_working_folder_comes_before_home(tmp_path: Path) -> None:
    at_home = write_at_home(tmp_path)

    assert find_config(None) == at_home

    Path("config.yaml").touch()

    assert find_config(None) == Path("config.yaml")


def test_missing_configuration_is_reported_with_the_searched_places(tmp_path: Path) -> None:
    if Path("/etc/ordosync/config.yaml").exists():
        pytest.skip("this machine has a configuration")

    with pytest.raises(ConfigError) as raised:
        find_config(None)

    (problem,) = raised.value.problems
    at_home = tmp_path / "home/.config/ordosync/config.yaml"
    assert f"config.yaml, {at_home}, /etc/ordosync/config.yaml" in problem
    assert "`ordosync init`" in problem
