"""The page `partners` as a newcomer follows it, with two real SFTP servers of partners."""

import getpass
import re
import shlex
from pathlib import Path

import pytest

from tests.accounts.files.places.conftest import _sshd  # noqa: F401 - a fixture
from tests.accounts.files.places.sshd import Sshd
from tests.support.command import Done, ordosync

PAGE = Path(__file__).parents[3] / "ordosync" / "docs" / "partners.md"
FENCED = re.compile(r"^```(yaml|sh)\n(.+?)^```", re.MULTILINE | re.DOTALL)
ORDERS = (
    "Order,SKU,Item,Qty,Name,Street,City,Zip,Country\n"
    "1001,MUG,Mug,2,Ada Byron,1 High Street,Leeds,LS1 4DY,GB\n"
    "1002,BOWL,Bowl,1,Bo Lee,2 Low Street,Leeds,LS1 4DZ,GB\n"
)


def blocks(kind: str) -> list[str]:
    return [text for found, text in FENCED.findall(PAGE.read_text("utf-8")) if found == kind]


def commands() -> list[list[str]]:
    """Return the words of all commands of the page after the installation."""
    lines = "".join(blocks("sh")[1:]).replace("\\\n", " ").splitlines()
    return [shlex.split(line) for line in lines]


class Newcomer:
    """Types what the page says."""

    def __init__(self, folder: Path, sshd: Sshd) -> None:
        self.folder = folder / "portal"
        self.folder.mkdir()
        self.remote = {name: folder / name for name in ("acme", "northwind")}
        for name, inner in (
            ("acme", ("orders/done", "tracking")),
            ("northwind", ("in", "out/done")),
        ):
            for each in inner:
                (self.remote[name] / each).mkdir(parents=True)
            (self.folder / f"{name}.key").write_text(sshd.key)
            (self.folder / f"{name}.key").chmod(0o600)
        [text] = blocks("yaml")
        for name, path in self.remote.items():
            url = f"sftp://you@sftp.{name}.example"
            assert url in text
            address = f"127.0.0.1:{sshd.ports['plain']}/{path}"
            text = text.replace(url, f"sftp://{getpass.getuser()}@{address}")
        self.config = self.folder / "config.yaml"
        self.config.write_text(text)

    def type(self, *words: str) -> Done:
        return ordosync(self.folder, *words)

    def add_host_keys(self, shown: str) -> None:
        """Add the line with the key that `config check --online` shows to both places."""
        [line] = set(re.findall(r"host_key: \S+ \S+", shown))
        text = self.config.read_text()
        self.config.write_text(re.sub(r"(key: file:\w+\.key)\}", rf"\1, {line}}}", text))


@pytest.fixture(name="newcomer")
def _newcomer(sshd: Sshd, tmp_path: Path) -> Newcomer:
    return Newcomer(tmp_path, sshd)


def test_page_names_the_commands_in_this_test() -> None:
    typed = [" ".join(words[1:3]) for words in commands()]

    assert typed == [
        *("config check", "place try", "place try", "place list", "import-orders --dry-run"),
        *("import-orders", "cron install", "orders list", "orders ship", "orders add"),
        *("import-orders desk-northwind", "update-tracking", "attention"),
    ]


@pytest.mark.slow
def test_newcomer_sets_both_partners_up_from_the_page_alone(newcomer: Newcomer) -> None:
    check, *setup = commands()
    (newcomer.remote["acme"] / "orders" / "monday.csv").write_text(ORDERS)

    asked = newcomer.type(*check[1:])
    assert asked.code == 1
    newcomer.add_host_keys(asked.out + asked.err)
    assert newcomer.type(*check[1:]).code == 0
    done = {" ".join(words[1:]): newcomer.type(*words[1:]) for words in setup[:5]}
    assert {name: of.code for name, of in done.items()} == dict.fromkeys(done, 0)

    listed, shipped, added, imported, *_ = (newcomer.type(*words[1:]) for words in setup[6:10])
    assert (listed.code, shipped.code, added.code, imported.code) == (0, 0, 0, 0)
    [sent] = (newcomer.remote["acme"] / "tracking").iterdir()
    assert sent.read_text() == "Order,Number,Carrier,Void\n1001,1Z1001,UPS,false\n"
    [order] = (newcomer.remote["northwind"] / "in").iterdir()
    assert order.name == "PO_5001.csv"

    parcels = newcomer.remote["northwind"] / "out" / "sent1.csv"
    parcels.write_text("PO,Tracking,Carrier,Void\n5001,9ZN1,DHL,no\n")
    assert newcomer.type("update-tracking").code == 0
    shown = newcomer.type("orders", "show", "5001", "--json").json["orders"][0]
    assert [parcel["tracking"] for parcel in shown["shipments"]] == ["9ZN1"]
    assert newcomer.type("attention").code == 0
