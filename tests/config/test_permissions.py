"""Files that another user can write are refused: configuration, secret files and store.

The folders of these tests are below a folder of mode 1777 that belongs to root, as /tmp is.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ordosync import permissions
from ordosync.accounts.files.reading.spool import Spool
from ordosync.config import load_config
from ordosync.errors import ConfigError
from ordosync.idle import glance, is_idle
from tests.support.command import AT_ONCE, HEADER, ordosync, row, shop

NOBODY = 65534
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")


@pytest.fixture(name="place")
def _place(tmp_path: Path) -> Path:
    """Return a folder with a configuration that has run, so that a tick there is idle."""
    folder = tmp_path / "outer" / "inner"
    folder.mkdir(parents=True, mode=0o755)
    shop(folder, HEADER + row("1"), config=AT_ONCE)
    assert ordosync(folder, "run-due").code == 0
    return folder


def is_read(folder: Path, name: str = "config.yaml") -> bool:
    """True if the tick and every command read it; they must agree."""
    path = folder / name
    result = ordosync(folder, "config", "check", "--config", name)
    assert result.code in (0, 3), result
    if result.code:
        assert result.err.startswith("error: the configuration is not read: "), result.err
        assert len(result.err.splitlines()) == 1
    quiet = is_idle(["run-due", "--config", str(path)])
    assert (glance(str(path)) is not None) == quiet == (result.code == 0)
    return result.code == 0


def why(folder: Path, name: str = "config.yaml") -> str:
    assert not is_read(folder, name)
    return ordosync(folder, "config", "check", "--config", name).err


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o664, 0o660])
def test_a_configuration_that_other_users_cannot_write_is_read(place: Path, mode: int) -> None:
    (place / "config.yaml").chmod(mode)

    assert is_read(place)


@pytest.mark.parametrize("mode", [0o666, 0o606, 0o602, 0o777])
def test_a_configuration_that_all_users_can_write_is_refused(place: Path, mode: int) -> None:
    path = place / "config.yaml"
    path.chmod(mode)

    assert f"all users can write to {path}; run `chmod o-w {path}`" in why(place)


@pytest.mark.parametrize("above", [0, 1])
def test_a_folder_in_which_all_users_can_replace_it_is_refused(place: Path, above: int) -> None:
    folder = (place, place.parent)[above]
    folder.chmod(0o777)

    message = why(place)

    assert f"all users can replace files in {folder}; run `chmod o-w {folder}`" in message


def test_a_sticky_folder_of_our_own_is_fine(place: Path) -> None:
    place.chmod(0o1777)

    assert is_read(place)


@as_root
@pytest.mark.parametrize("mode", [0o1777, 0o777])
def test_a_folder_of_another_user_that_all_users_can_write_is_refused(
    place: Path, mode: int
) -> None:
    os.chown(place, NOBODY, -1)
    place.chmod(mode)

    assert str(place) in why(place)


@as_root
def test_a_folder_of_another_user_that_only_they_can_write_is_fine(place: Path) -> None:
    """For example, root works in a checkout that belongs to a user of the host."""
    os.chown(place, NOBODY, -1)

    assert is_read(place)


@as_root
def test_a_configuration_of_another_user_is_refused_unless_they_are_named(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.chown(place / "config.yaml", NOBODY, -1)

    assert f"set ORDOSYNC_CONFIG_OWNER={NOBODY}" in why(place)
    monkeypatch.setenv("ORDOSYNC_CONFIG_OWNER", str(NOBODY))
    assert is_read(place)
    (place / "config.yaml").chmod(0o666)
    assert not is_read(place)


@as_root
def test_a_sticky_folder_of_the_named_owner_is_fine(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.chown(place, NOBODY, -1)
    place.chmod(0o1777)
    monkeypatch.setenv("ORDOSYNC_CONFIG_OWNER", str(NOBODY))

    assert is_read(place)


@pytest.mark.parametrize("value", ["shop", "-1", "1.5", "²", "9" * 5000])
def test_an_owner_that_is_no_number_is_refused(
    place: Path, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORDOSYNC_CONFIG_OWNER", value)

    assert "ORDOSYNC_CONFIG_OWNER is not the number of a user" in why(place)


def test_an_empty_owner_is_no_process(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDOSYNC_CONFIG_OWNER", "")

    assert is_read(place)


@pytest.fixture(name="linked")
def _linked(place: Path, tmp_path: Path) -> Path:
    """Return a folder with a link to a link to the configuration."""
    folder, between = tmp_path / "linked", tmp_path / "between"
    folder.mkdir(mode=0o755)
    between.mkdir(mode=0o755)
    (between / "it.yaml").symlink_to(place / "config.yaml")
    (folder / "config.yaml").symlink_to("../between/./it.yaml")
    # Relative paths start at the link, so its folder has all that the configuration names.
    for name in ("feeds", "ordosync.db", "warehouse.db"):
        (place / name).rename(folder / name)
    return folder


def test_a_link_is_read_if_its_whole_path_belongs_to_the_user(linked: Path) -> None:
    assert is_read(linked)


@pytest.mark.parametrize("folder", ["linked", "between", "outer/inner", "outer"])
def test_each_folder_on_the_path_of_a_link_is_checked(
    linked: Path, tmp_path: Path, folder: str
) -> None:
    (tmp_path / folder).chmod(0o777)

    assert f"all users can replace files in {tmp_path / folder}" in why(linked)


@as_root
@pytest.mark.parametrize(
    "link", ["linked/config.yaml", "between/it.yaml", "outer/inner/config.yaml"]
)
def test_each_link_and_its_target_must_belong_to_the_user(
    linked: Path, tmp_path: Path, link: str
) -> None:
    os.lchown(tmp_path / link, NOBODY, -1)

    assert f"{tmp_path / link} belongs to user {NOBODY}" in why(linked)


def test_a_link_to_a_folder_on_the_path_is_checked_too(place: Path, tmp_path: Path) -> None:
    (tmp_path / "way").symlink_to("outer")
    name = os.path.relpath(tmp_path / "way" / "inner" / "config.yaml", place)

    assert is_read(place, name)
    (tmp_path / "outer").chmod(0o777)
    assert not is_read(place, name)


def test_circular_links_are_reported_in_one_line(place: Path) -> None:
    (place / "round.yaml").symlink_to("round.yaml")

    result = ordosync(place, "config", "check", "--config", "round.yaml")

    assert result.code == 3
    assert "symbolic links" in result.err


def test_a_pipe_is_refused_and_nothing_waits_for_it(place: Path) -> None:
    (place / "config.yaml").unlink()
    os.mkfifo(place / "config.yaml", 0o600)

    assert "is not a regular file" in why(place)


def test_a_mount_that_is_read_only_is_fine(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Kubernetes mounts a configuration like this: a folder 0777, and a link in it."""
    place.chmod(0o777)
    (place / "config.yaml").chmod(0o666)
    monkeypatch.setattr(permissions, "_is_read_only", lambda _: True)

    assert doubt_of(place) == ""


def doubt_of(folder: Path) -> str:
    return permissions.doubt(str(folder / "config.yaml"))


@pytest.mark.skipif(
    not any(os.statvfs(place).f_flag & os.ST_RDONLY for place in ("/proc/sys", "/sys")),
    reason="nothing here is mounted read-only",
)
def test_a_read_only_mount_is_recognised() -> None:
    assert any(permissions._is_read_only(place) for place in ("/proc/sys", "/sys"))


def test_a_folder_that_can_be_written_is_no_read_only_mount(tmp_path: Path) -> None:
    assert not permissions._is_read_only(str(tmp_path))


@pytest.fixture(name="everywhere")
def _everywhere() -> Iterator[Path]:
    """Return a folder that every user can reach, unlike those that pytest makes."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


_AS_ANOTHER_USER = """
import os, sys
from pathlib import Path
from ordosync.config import load_config
from ordosync.errors import ConfigError
from ordosync.idle import glance
load_config(Path(sys.argv[3]))  # imports all that it needs: Python itself may be root's alone
os.setgid(int(sys.argv[1]))
os.setuid(int(sys.argv[1]))
print(glance(sys.argv[2]) is not None)
try:
    load_config(Path(sys.argv[2]))
except ConfigError as error:
    print(error)
"""


@as_root
@pytest.mark.parametrize(
    ("owner", "expected"),
    [(0, "True"), (NOBODY, "True"), (1234, "False")],
    ids=["root", "caller", "another"],
)
def test_permissions_are_checked_for_the_calling_user(
    everywhere: Path, owner: int, expected: str
) -> None:
    path = everywhere / "config.yaml"
    path.write_text(AT_ONCE)
    path.chmod(0o644)
    os.chown(path, owner, -1)
    mine = everywhere / "mine.yaml"
    mine.write_text(AT_ONCE)

    result = subprocess.run(
        [sys.executable, "-c", _AS_ANOTHER_USER, str(NOBODY), str(path), str(mine)],
        capture_output=True,
        text=True,
        check=True,
    )

    glanced, _, message = result.stdout.partition("\n")
    assert glanced == expected
    assert ("belongs to user 1234" in message) == (expected == "False")


@as_root
def test_the_configuration_that_root_finds_in_a_shared_folder_is_refused(
    everywhere: Path,
) -> None:
    """It belongs to another user and has mode 0600. Root can read it, but must not use it."""
    everywhere.chmod(0o1777)
    shop(everywhere, HEADER, config=AT_ONCE)
    (everywhere / "config.yaml").chmod(0o600)
    os.chown(everywhere / "config.yaml", NOBODY, -1)

    result = ordosync(everywhere, "import-orders")

    assert result.code == 3
    assert "belongs to user" in result.err
    assert {path.name for path in everywhere.iterdir()} == {"config.yaml", "feeds"}


def test_every_default_file_of_another_user_is_refused(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Complaint D3: `./config.yaml` of another user was used."""
    place.chmod(0o777)
    commands: tuple[tuple[str, ...], ...] = (("import-orders",), ("orders", "list"), ("activity",))

    home, elsewhere = place.parent, place.parent / "elsewhere"
    in_place = [ordosync(place, *command) for command in commands]
    monkeypatch.setenv("HOME", str(home))
    (home / ".config").mkdir(mode=0o755)
    place.rename(home / ".config" / "ordosync")
    elsewhere.mkdir(mode=0o755)
    from_elsewhere = [ordosync(elsewhere, *command) for command in commands]

    assert {(result.code, result.out) for result in (*in_place, *from_elsewhere)} == {(3, "")}


@pytest.mark.parametrize("spoil", ["file", "folder"])
def test_a_secret_file_that_all_users_can_replace_is_refused(place: Path, spoil: str) -> None:
    keys = place / "keys"
    keys.mkdir(mode=0o700)
    (keys / "token").touch(0o600)
    (keys / "token").write_text("s3cret")
    config = AT_ONCE.replace(
        "portals:", "  acme: {kind: shopify, shop: acme, token: 'file:keys/token'}\nportals:"
    )
    (place / "config.yaml").write_text(config)
    assert load_config(place / "config.yaml")
    {"file": keys / "token", "folder": keys}[spoil].chmod({"file": 0o602, "folder": 0o777}[spoil])

    with pytest.raises(ConfigError, match=r"accounts\.acme\.token: all users can .* `chmod o-w"):
        load_config(place / "config.yaml")


@as_root
def test_a_secret_file_of_another_user_is_refused(place: Path) -> None:
    (place / "token").touch(0o600)
    (place / "token").write_text("s3cret")
    os.chown(place / "token", NOBODY, -1)
    config = AT_ONCE.replace(
        "portals:", "  acme: {kind: shopify, shop: acme, token: 'file:token'}\nportals:"
    )
    (place / "config.yaml").write_text(config)

    with pytest.raises(ConfigError, match="belongs to user"):
        load_config(place / "config.yaml")


@pytest.mark.parametrize("above", [0, 1])
def test_an_existing_store_is_refused_where_all_users_can_replace_it(
    place: Path, above: int
) -> None:
    kept = place / "var" / "kept"
    kept.mkdir(parents=True, mode=0o755)
    (place / "config.yaml").write_text(f"database: var/kept/o.db\n{AT_ONCE}")
    assert ordosync(place, "run-due").code == 0
    assert is_idle(["run-due", "--config", str(place / "config.yaml")])
    folder = (kept, kept.parent)[above]
    folder.chmod(0o777)

    result = ordosync(place, "import-orders")

    assert result.code == 4
    assert f"all users can replace files in {folder}; run `chmod o-w {folder}`" in result.err
    assert not is_idle(["run-due", "--config", str(place / "config.yaml")])


def test_an_embedded_account_is_refused_where_all_users_can_replace_it(place: Path) -> None:
    (place / "desk").mkdir(mode=0o755)
    (place / "config.yaml").write_text(AT_ONCE.replace("path: ware", "path: desk/ware"))
    assert (
        ordosync(place, "orders", "add", "7", "--line", "MUG=1", "--account", "warehouse").code == 0
    )
    (place / "desk").chmod(0o777)

    result = ordosync(place, "orders", "list", "--account", "warehouse")

    assert result.code == 1
    assert "all users can replace" in result.err


@pytest.fixture(name="umask", params=[0o000, 0o002, 0o022, 0o077])
def _umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


@pytest.mark.usefixtures("umask")
def test_what_init_makes_is_read_under_any_umask(tmp_path: Path) -> None:
    assert ordosync(tmp_path, "init", "new/shop").code == 0

    result = ordosync(tmp_path / "new" / "shop", "config", "check")

    assert (result.code, "warning" in result.out) == (0, False), result


@pytest.mark.slow
@pytest.mark.parametrize("umask", [0o000], indirect=True)
@pytest.mark.usefixtures("umask")
def test_the_demo_runs_under_a_umask_that_lets_all_users_write(tmp_path: Path) -> None:
    assert ordosync(tmp_path, "demo").code == 0


@pytest.mark.usefixtures("umask")
def test_copies_of_files_are_private(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x")

    Spool(tmp_path / "o.db.spool" / "portal" / "shop").copy(tmp_path / "a.csv", "a.csv")

    for folder in ("o.db.spool", "o.db.spool/portal", "o.db.spool/portal/shop"):
        assert (tmp_path / folder).stat().st_mode & 0o077 == 0, folder
