"""Case 57: no message, log or file of ordosync has secrets or personal data."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.ordoro import FakeOrdoro, Fault
from tests.support.command import HEADER, Done, finished, ordosync, started

SECRET = "canary-secret-4711"  # noqa: S105 - guards nothing
PERSON, STREET, MAIL = "Canaria Birdsong", "17 Canary Lane", "canaria@example.org"
WORDS = (SECRET, PERSON, STREET, MAIL, "Canary Lane", "Birdsong")

CONFIG = """
accounts:
  shop:
    kind: files
    orders:
      glob: feeds/*
      columns: {{order_number: order, sku: sku, name: name, quantity: qty, unit_price: price,
                ship_to.name: to, ship_to.street1: country, ship_to.city: city,
                ship_to.email: mail}}
      currency: EUR
  depot:
    kind: ordoro
    base_url: {url}
    key: canary-key
    secret: {secret}
    currency: EUR
    settle_s: 0
portals:
  shop-depot:
    merchant: shop
    supplier: {{account: depot, sales_channel: {channel}}}
    send: [ship_to_email]
"""
FEED = HEADER.strip() + ",mail,city\n"


@pytest.fixture(name="fake")
def _fake(tmp_path: Path) -> Iterator[FakeOrdoro]:
    with FakeOrdoro(key="canary-key", secret=SECRET) as fake:
        path = tmp_path / "config.yaml"
        path.touch(0o600)
        path.write_text(CONFIG.format(url=fake.url, secret=SECRET, channel=fake.add_cart("portal")))
        (tmp_path / "feeds").mkdir()
        feed(tmp_path, "1001", "1002")
        yield fake


def feed(folder: Path, *numbers: str, quantity: str = "1") -> None:
    rows = "".join(
        f"{number},MUG,A mug,{quantity},2.50,{PERSON},{STREET},{MAIL},Graz\n" for number in numbers
    )
    (folder / "feeds" / f"{numbers[0]}.csv").write_text(FEED + rows)


def assert_output_has_no_personal_data(result: Done) -> None:
    for word in WORDS:
        assert word not in result.out, word
        assert word not in result.err, word


def assert_files_have_no_personal_data(folder: Path) -> None:
    """Search every file except the accounts' own files and the configuration."""
    for path in folder.rglob("*"):
        own = {"feeds", "ordosync.db.spool"}.isdisjoint(path.relative_to(folder).parts)
        if path.is_file() and own and path.name != "config.yaml":
            content = path.read_bytes()
            for word in WORDS:
                assert word.encode() not in content, (path, word)


@pytest.mark.parametrize(
    "kind",
    ["lost-500", "lost-reset", "html", "garbage", "cut", "unauthorized", "redirect"],
)
def test_nothing_is_reported_or_kept_whatever_the_service_answers(
    tmp_path: Path, fake: FakeOrdoro, kind: str
) -> None:
    fake.faults.add(Fault(kind=kind, method="POST", times=2, to="http://127.0.0.1:1/x"))  # type: ignore[arg-type]

    for words in (("import-orders", "--debug"), ("import-orders",), ("show", "1"), ("attention",)):
        assert_output_has_no_personal_data(ordosync(tmp_path, *words))

    assert_files_have_no_personal_data(tmp_path)


def test_nothing_is_reported_of_an_order_that_is_refused_with_its_own_words(
    tmp_path: Path, fake: FakeOrdoro
) -> None:
    def echo(answer: object) -> object:
        return {
            "error_message": f"cannot ship to {PERSON}, {STREET} <{MAIL}> with {SECRET}: {answer}"
        }

    fake.faults.add(Fault(kind="edited", method="POST", times=2, edit=echo, status=400))

    result = ordosync(tmp_path, "import-orders", "--json", "--debug")
    shown = ordosync(tmp_path, "show", "1", "--json")

    assert_output_has_no_personal_data(result)
    assert_output_has_no_personal_data(shown)
    assert_files_have_no_personal_data(tmp_path)


def test_nothing_is_in_a_backup_or_the_rest_of_what_commands_write(
    tmp_path: Path, fake: FakeOrdoro
) -> None:
    assert ordosync(tmp_path, "import-orders").code == 0
    feed(tmp_path, "1003", quantity="x")
    for words in (
        ("import-orders",),
        ("config", "show"),
        ("config", "check", "--online"),
        ("activity", "--json"),
        ("attention", "--json"),
        ("health", "-v"),
        ("backup", "copy.db"),
        ("prune",),
        ("run-due",),
    ):
        assert_output_has_no_personal_data(ordosync(tmp_path, *words))

    assert_files_have_no_personal_data(tmp_path)
    assert fake.effects("order created", "") or fake.ledger


def test_nothing_of_an_edit_is_reported_kept_or_remarked(tmp_path: Path, fake: FakeOrdoro) -> None:
    (tmp_path / "feeds" / "1001.csv").write_text(
        f"{FEED}1001,MUG,A mug,1,2.50,Ada,DE,ada@example.org,Graz\n"
    )
    assert ordosync(tmp_path, "import-orders").code == 0
    feed(tmp_path, "1001")

    for words in (
        ("import-orders", "--dry-run"),
        ("import-orders", "--debug"),
        ("edits", "list"),
        ("edits", "list", "--json"),
        ("show", "2"),
        ("why", "1001"),
        ("attention", "--json"),
        ("reconcile",),
        ("edits", "keep", "1001", "--json"),
        ("backup", "copy.db"),
    ):
        assert_output_has_no_personal_data(ordosync(tmp_path, *words))

    edited = ordosync(tmp_path, "attention", "--dismissed", "--json").json["attention"]
    said = [text for number in fake.numbers() for text in fake.comments(number)]
    assert [entry["code"] for entry in edited] == ["edited"]
    assert any("(address, contact)" in text for text in said)
    assert not any(word in text for text in said for word in WORDS)
    assert_files_have_no_personal_data(tmp_path)
    key = (tmp_path / "ordosync.db.key").read_bytes()
    assert key not in (tmp_path / "copy.db").read_bytes()


@pytest.mark.parametrize("repeats_it", [False, True])
def test_nothing_of_an_applied_edit_is_reported_kept_or_remarked(
    tmp_path: Path, fake: FakeOrdoro, repeats_it: bool
) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(f"{config.read_text().rstrip()}\n    edits: {{address: apply}}\n")
    (tmp_path / "feeds" / "1001.csv").write_text(
        f"{FEED}1001,MUG,A mug,1,2.50,Ada,1 Square,ada@example.org,Graz\n"
    )
    assert ordosync(tmp_path, "import-orders").code == 0
    feed(tmp_path, "1001")
    if repeats_it:
        echo = {"error_message": f"cannot ship to {PERSON}, {STREET} <{MAIL}> with {SECRET}"}
        fake.faults.add(
            Fault(kind="edited", method="PUT", times=9, edit=lambda _: echo, status=400)
        )

    for words in (
        ("import-orders", "--dry-run"),
        ("import-orders", "--debug"),
        ("edits", "list", "--json"),
        ("show", "2"),
        ("why", "1001"),
        ("attention", "--json"),
        ("edits", "apply", "1001", "--json"),
    ):
        assert_output_has_no_personal_data(ordosync(tmp_path, *words))

    said = [text for number in fake.numbers() for text in fake.comments(number)]
    streets = [fake.order(number)["shipping_address"]["street1"] for number in fake.numbers()]
    assert streets == [STREET]
    assert not any(word in text for text in said for word in WORDS)
    assert_files_have_no_personal_data(tmp_path)


def test_nothing_is_reported_when_it_is_stopped(tmp_path: Path, fake: FakeOrdoro) -> None:
    fake.faults.add(Fault(kind="delay", method="POST", seconds=0.2))

    process = started(tmp_path, "import-orders", "--debug", fault="http-before-send:1:INT")

    assert_output_has_no_personal_data(finished(process))
    assert_files_have_no_personal_data(tmp_path)


def test_copies_of_files_go_when_their_orders_are_settled(tmp_path: Path, fake: FakeOrdoro) -> None:
    assert ordosync(tmp_path, "import-orders").code == 0

    spool = tmp_path / "ordosync.db.spool"
    assert [path for path in spool.rglob("*") if path.is_file()] == []
    assert len(fake.numbers()) == 2
