"""Places in the configuration, through the real command."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from ordosync.accounts.files.places.options import PlaceOptions
from ordosync.config import load_config
from ordosync.config.json_schema import json_schema
from tests.accounts.files.places.sshd import Sshd
from tests.support.command import Done, ordosync

CONFIG = """
accounts:
  shop: {kind: sqlite, path: shop.db}
  depot:
    kind: files
    PLACE
    order_files: {folder: in, columns: {order_number: No, sku: SKU, quantity: Qty}}
    stock: {glob: out/*.csv, columns: {sku: A, quantity: B}, max_age: 26hMORE}
portals:
  p: {merchant: shop, supplier: depot}
"""
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIzL3m1tJvsf56y8dthF7A1nEAnwzilKWp4ot1XnkhCL"
ONLINE = ("config", "check", "--online")
URL = "sftp://acme@sftp.example"


def check(folder: Path, place: str, more: str = "", *words: str) -> Done:
    text = CONFIG.replace("PLACE", f"place: {place}").replace("MORE", more and f", {more}")
    (folder / "config.yaml").write_text(text)
    (folder / "config.yaml").chmod(0o600)
    return ordosync(folder, *(words or ("config", "check")))


def test_a_place_may_be_a_single_value(tmp_path: Path) -> None:
    done = check(tmp_path, "ftps://acme@ftp.example/to/us")

    assert (done.code, done.err) == (0, "")
    account: Any = load_config(tmp_path / "config.yaml").opened["depot"]
    place = account.read.stock.place
    assert (place.host, place.port, place.user_name) == ("ftp.example", 21, "acme")
    assert place.folder == b"to/us"
    assert str(account.read.stock.glob) == "out/*.csv"


@pytest.mark.parametrize(
    ("url", "folder"),
    [
        ("sftp://h", b""),
        ("sftp://h/", b""),
        ("sftp://h/a/b/", b"a/b"),
        ("sftp://h//srv/a", b"/srv/a"),
    ],
)
def test_the_folder_of_a_url_is_relative_unless_it_begins_with_two_slashes(
    url: str, folder: bytes
) -> None:
    assert PlaceOptions(url=url).folder == folder


def test_a_place_beside_a_reading_is_only_its_own(tmp_path: Path) -> None:
    check(tmp_path, URL, "place: 'https://feeds.example/stock'".replace("'", '"'))
    wrong = check(tmp_path, URL, 'place: "https://feeds.example/stock"')
    right = CONFIG.replace("    PLACE\n", "").replace("out/*.csv", "stock.csv")
    right = right.replace("MORE", ', place: "https://feeds.example/stock"')
    (tmp_path / "config.yaml").write_text(right)
    (tmp_path / "in").mkdir()

    assert "stock: glob: files over HTTPS cannot be listed" in wrong.err
    assert ordosync(tmp_path, "config", "check").code == 0


@pytest.mark.parametrize(
    ("place", "more", "problem"),
    [
        ("ssh://h", "", "url: must begin with sftp://, ftps:// or https://"),
        ("sftp://", "", "url: has no host"),
        ("sftp://a:b@h", "", "url: must not have a password; write `password: ${NAME}`"),
        ("ftp://h", "", "url: ftp:// is not encrypted"),
        ("sftp://h:x", "", "url: Port could not be cast"),
        (f'{{url: "{URL}", user: b}}', "", "user: is in `url`, too"),
        (f'{{url: "{URL}", host_key: AAAA}}', "", "host_key: write it as in `ssh-ed25519"),
        (
            f'{{url: "{URL}", host_key: "{KEY}", known_hosts: k}}',
            "",
            "known_hosts: is not possible",
        ),
        (f'{{url: "{URL}", passphrase: p}}', "", "passphrase: is only for `key`"),
        (f'{{url: "{URL}", max_mb: 0}}', "", "max_mb: must be 1 or more"),
        ('{url: "ftps://h", algorithms: legacy}', "", "algorithms: is only for sftp://"),
        ('{url: "ftps://h", header_auth: a}', "", "header_auth: is only for https://"),
        (URL, "ready: done", "ready: must be a name with {name}"),
        (URL, "after: {archive: out/}", "after: the archive must be another folder"),
        (URL, "after: remove", '"remove" is not keep or delete; to archive, write {archive: done}'),
        (URL, "glob: '*/a.csv'", "given twice"),
    ],
)
def test_a_mistake_is_a_problem_of_the_configuration(
    tmp_path: Path, place: str, more: str, problem: str
) -> None:
    done = check(tmp_path, place, more)

    assert done.code == 3
    assert problem in " ".join(done.err.split())


def test_options_of_places_are_not_for_local_folders(tmp_path: Path) -> None:
    text = CONFIG.replace("    PLACE\n", "").replace("MORE", ", after: delete")
    (tmp_path / "config.yaml").write_text(text)

    assert (
        "stock: after: is only for files at a `place`" in ordosync(tmp_path, "config", "check").err
    )


def test_stock_at_a_place_needs_a_maximum_age(tmp_path: Path) -> None:
    text = CONFIG.replace("PLACE", f"place: {URL}").replace(", max_age: 26hMORE", "")
    (tmp_path / "config.yaml").write_text(text)

    assert "max_age: is needed for stock at a place" in ordosync(tmp_path, "config", "check").err


def test_wildcards_are_only_in_the_name(tmp_path: Path) -> None:
    text = CONFIG.replace("PLACE", f"place: {URL}").replace("MORE", "")
    (tmp_path / "config.yaml").write_text(text.replace("out/*.csv", "out*/a.csv"))

    assert "only the name of a file may have" in ordosync(tmp_path, "config", "check").err


def test_missing_keys_and_weak_protection_are_warnings(tmp_path: Path) -> None:
    unknown = check(tmp_path, f'{{url: "{URL}", algorithms: legacy}}')
    plain = check(tmp_path, '{url: "ftp://ftp.example", allow_plain: true}')

    assert (unknown.code, plain.code) == (0, 0)
    text = " ".join(unknown.out.split())
    assert "place sftp.example: `host_key` is missing, so no connection is made" in text
    assert "also accepts diffie-hellman-group-exchange-sha1," in text
    assert "ftp:// is not encrypted" in " ".join(plain.out.split())


def test_config_show_masks_secrets_and_has_paths_as_they_are_written(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("a private key")
    (tmp_path / "key").chmod(0o600)
    place = f'{{url: "{URL}", key: "file:key", password: "${{FEED_PASSWORD}}", host_key: "{KEY}"}}'
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FEED_PASSWORD", "canary-5512")
        shown = check(tmp_path, place, "after: {archive: out/done}", "config", "show")

    assert "canary" not in shown.out
    assert "private" not in shown.out
    account = yaml.safe_load(shown.out)["accounts"]["depot"]
    assert account["place"]["host_key"] == KEY
    assert account["stock"]["glob"] == "out/*.csv"
    assert account["stock"]["after"] == {"archive": "out/done"}
    assert account["order_files"]["folder"] == "in"


@pytest.mark.parametrize(
    ("place", "more"),
    [
        (URL, "after: delete"),
        (
            f'{{url: "{URL}", key: "file:k", host_key: ["{KEY}", "{KEY}"], max_mb: 9}}',
            'after: {archive: done}, ready: "{name}.done"',
        ),
    ],
)
def test_the_schema_of_the_configuration_knows_places(place: str, more: str) -> None:
    text = CONFIG.replace("PLACE", f"place: {place}").replace("MORE", f", {more}")

    Draft202012Validator(json_schema()).validate(yaml.safe_load(text))


def test_check_online_shows_the_key_of_the_server_and_the_line_to_write(
    tmp_path: Path, sshd: Sshd, remote: Path
) -> None:
    (remote / "out").mkdir()
    (remote / "in").mkdir()
    (tmp_path / "key").write_text(sshd.key)
    (tmp_path / "key").chmod(0o600)
    url = sshd.options(remote).url
    unknown = check(tmp_path, f'{{url: "{url}", key: "file:key"}}', "", *ONLINE)
    line = f'host_key: "{sshd.host_key}"'
    place = f'{{url: "{url}", key: "file:key", {line}}}'
    known = check(tmp_path, place, "", *ONLINE)

    assert unknown.code == 1
    assert "the server shows SHA256:" in " ".join(unknown.out.split())
    assert f"host_key: {sshd.host_key}" in unknown.out
    assert known.code == 0


@pytest.mark.parametrize("mode", [0o644, 0o640])
def test_a_private_key_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    (tmp_path / "key").write_text("a private key")
    (tmp_path / "key").chmod(mode)

    done = check(tmp_path, f'{{url: "{URL}", key: "file:key", host_key: "{KEY}"}}')

    assert done.code == 3
    assert "key: others can read" in done.err
