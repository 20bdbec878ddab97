"""Rules N6, N7, N9 and N10: mail, webhooks, commands and apprise, and their failures."""

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
import trustme

from ordosync.clock import Clock
from ordosync.config.alert_settings import MailConfig, TargetConfig
from ordosync.engine.alerts import commands
from ordosync.engine.alerts.messages import Message, clean
from ordosync.engine.alerts.sending import send, webhook_body
from ordosync.engine.diagnosis.dismissal import dismiss
from ordosync.errors import DeliveryError
from ordosync.secret import Secret
from ordosync.store import Store
from tests.http.certificates import known_as
from tests.http.server import Server, answer
from tests.support.command import AT_ONCE, HEADER, finished, ordosync, row, shop, started, wake
from tests.support.kills import paused_at
from tests.support.mail_server import PASSWORD, USER, MailServer, refused
from tests.support.postgres import end_sessions
from tests.support.stores import configured

from .conftest import Fallback, MakeWorld
from .world import HOUR, KEY, MINUTE, World, key, program

MESSAGE = Message(title="ordosync: ü <!channel>", text="a & b\n<x>", document={"event": "test"})
CANARIES = ("Canary Street 7", "jane@canary.example", "+49 170 5550123", "canary-secret")


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def mail_server(authority: trustme.CA) -> Iterator[MailServer]:
    with MailServer(known_as(authority.issue_cert("localhost"))) as server:
        yield server


@pytest.fixture
def mail(mail_server: MailServer, authority: trustme.CA, tmp_path: Path) -> MailConfig:
    ca_file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    return MailConfig(
        host="localhost",
        port=mail_server.port,
        to=("ops@example.org", "boss@example.org"),
        from_="sync@example.org",
        user=USER,
        password=Secret(PASSWORD),
        ca_file=ca_file,
    )


def sent(target: TargetConfig) -> str | None:
    """Send a message; return the error."""
    try:
        send(target, MESSAGE, Clock())
    except DeliveryError as error:
        return str(error)
    return None


def test_mail_is_sent_over_tls_with_a_password(mail: MailConfig, mail_server: MailServer) -> None:
    assert sent(TargetConfig(mail=mail)) is None

    [email] = mail_server.mails
    assert mail_server.commands[:4] == ["EHLO", "STARTTLS", "EHLO", "AUTH"]
    assert (email["Subject"], email["From"]) == (MESSAGE.title, "sync@example.org")
    assert email["To"] == "ops@example.org, boss@example.org"
    assert email["Auto-Submitted"] == "auto-generated"
    assert email.get_content().splitlines() == ["a & b", "<x>"]


def test_mail_with_a_wrong_password_is_an_error_without_it(
    mail: MailConfig, mail_server: MailServer
) -> None:
    wrong = replace(mail, password=Secret("canary-secret"))

    assert sent(TargetConfig(mail=wrong)) == "localhost refuses the user or the password"
    assert mail_server.mails == []


def test_mail_to_a_server_with_another_certificate_is_not_sent(
    mail: MailConfig, mail_server: MailServer
) -> None:
    distrusted = replace(mail, ca_file=None)

    assert "unknown authority" in (sent(TargetConfig(mail=distrusted)) or "")
    assert "AUTH" not in mail_server.commands


def test_refused_recipients_are_an_error_without_addresses(
    mail: MailConfig, mail_server: MailServer
) -> None:
    mail_server.reactions["RCPT"] = refused("550 no such user")

    assert sent(TargetConfig(mail=mail)) == "localhost refuses the recipients with code 550"


def test_mail_server_that_is_down_is_an_error() -> None:
    mail = MailConfig(host="127.0.0.1", port=9, to=("a@b.c",), from_="a@b.c", tls="off")

    assert sent(TargetConfig(mail=mail)) == "127.0.0.1 refused the connection"


@pytest.mark.parametrize(
    ("script", "error"),
    [
        (answer("no", 500), "the webhook responds with HTTP 500"),
        (answer("", 302, Location="http://127.0.0.1:9/"), "the webhook responds with HTTP 302"),
        (b"", "127.0.0.1 closed the connection without a response"),
    ],
)
def test_webhook_that_does_not_accept_is_an_error_without_its_path(
    script: bytes, error: str
) -> None:
    with Server(script) as server:
        assert sent(TargetConfig(webhook=Secret(f"{server.url}/canary-secret"))) == error


def test_slack_interprets_nothing() -> None:
    body = json.loads(webhook_body("slack", MESSAGE))

    assert body["mrkdwn"] is False
    assert body["text"] == "ordosync: ü &lt;!channel&gt;\na &amp; b\n&lt;x&gt;"


def test_teams_gets_a_card_of_plain_lines() -> None:
    body = json.loads(webhook_body("teams", MESSAGE))

    card = body["attachments"][0]["content"]
    assert card["type"] == "AdaptiveCard"
    assert [block["inlines"][0]["text"] for block in card["body"]] == [
        *(MESSAGE.title, "a & b", "<x>"),
    ]


def test_body_of_a_webhook_has_at_most_64_kb() -> None:
    large = Message(title="t", text="x" * 99_999, document={"attention": ["y" * 99_999]})

    assert max(len(webhook_body(form, large)) for form in ("json", "slack", "teams")) <= 65_536


def test_command_gets_the_text_on_standard_input_and_no_shell(tmp_path: Path) -> None:
    output = tmp_path / "output"
    script = f"import sys; open({str(output)!r}, 'w').write(repr(sys.argv[1:]) + sys.stdin.read())"

    error = sent(TargetConfig(command=(program(tmp_path, script), "-s", "{title}", "$HOME")))

    assert error is None
    assert output.read_text() == f"{['-s', MESSAGE.title, '$HOME']!r}{MESSAGE.text}\n"


def test_command_that_fails_or_does_not_exist_is_an_error(tmp_path: Path) -> None:
    failing = program(tmp_path, "import sys; sys.exit('canary-secret')")

    assert sent(TargetConfig(command=(failing,))) == f"{failing} failed with exit code 1"
    missing = sent(TargetConfig(command=("/nowhere/program",)))
    assert missing == "/nowhere/program cannot be started: No such file or directory"


def test_command_can_be_ended_by_signals(tmp_path: Path) -> None:
    output = tmp_path / "output"
    script = (
        "import signal, pathlib\n"
        f"pathlib.Path({str(output)!r}).write_text(repr(signal.pthread_sigmask(0, [])))"
    )

    assert sent(TargetConfig(command=(program(tmp_path, script),))) is None
    assert output.read_text() == "set()"


def test_command_that_does_not_end_is_killed_with_what_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "_LIMIT_S", 1)
    end, started_by_it = os.pipe()
    os.set_inheritable(started_by_it, True)
    # The end of the pipe is closed when no process has it any more.
    script = (
        f"import os, signal\nos.dup2({started_by_it}, 1)\n"
        "os.fork()\nsignal.alarm(60)\nos.write(1, b'x')\nsignal.pause()"
    )
    monkeypatch.setattr(subprocess, "Popen", partial(subprocess.Popen, close_fds=False))

    error = sent(TargetConfig(command=(program(tmp_path, script),)))

    os.close(started_by_it)
    assert error is not None
    assert "did not end within 1 s" in error
    assert os.read(end, 9) == b"xx"
    poll = select.poll()
    poll.register(end)
    assert poll.poll(10_000)
    assert os.read(end, 9) == b""
    os.close(end)


def test_address_that_is_refused_is_an_error_but_the_others_get_the_mail(
    mail: MailConfig, mail_server: MailServer
) -> None:
    mail_server.refused_addresses.append("boss@example.org")

    warning = send(TargetConfig(mail=mail), MESSAGE, Clock())

    assert warning == "localhost refuses 1 of 2 addresses; the others got the message"
    assert len(mail_server.mails) == 1


def test_refused_address_is_in_cron_mail_once_a_day_until_it_is_accepted(
    make_world: MakeWorld, mail: MailConfig, mail_server: MailServer
) -> None:
    world = make_world(
        f"{{again: 1h, to: {{office: {{mail: {{host: localhost, port: {mail.port},"
        f" to: [ops@example.org, boss@example.org], from: sync@example.org, user: {USER},"
        f" password: {PASSWORD}, ca_file: {mail.ca_file}}}}}}}}}"
    )
    mail_server.refused_addresses.append("boss@example.org")
    warnings = [world.fail("1001"), *(world.deliver(HOUR) for _ in range(25))]
    listed = ordosync(world.folder, "alerts", "list")
    tested = ordosync(world.folder, "alerts", "test")
    mail_server.refused_addresses.clear()
    world.deliver(HOUR)

    reason = "localhost refuses 1 of 2 addresses; the others got the message"
    assert [len(lines) for lines in warnings] == [1, *[0] * 23, 1, 0]
    assert warnings[0][0].startswith(f"alerts: office is reached only in part: {reason}; ")
    assert (listed.code, tested.code) == (1, 1)
    assert tested.err == f"error: office: {reason}\n"
    assert ordosync(world.folder, "alerts", "list").code == 0


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(
    ("script", "error"),
    [
        (answer("", 401), "the service responds with HTTP 401"),
        (answer("", 500), "the service responds with HTTP 500"),
        (b"", "apprise could not send the message"),
    ],
)
def test_apprise_that_cannot_send_is_an_error_without_a_secret(
    script: bytes, error: str, tmp_path: Path
) -> None:
    pytest.importorskip("apprise")
    with Server(script) as server:
        url = server.url.replace("http://", "json://sync:canary-secret@")
        alerts = f"alerts: {{to: {{office: {{apprise: '{url}/canary-secret'}}}}}}\n"
        shop(tmp_path, HEADER, config=AT_ONCE + alerts)
        (tmp_path / "config.yaml").chmod(0o600)
        result = finished(started(tmp_path, "alerts", "test", "--debug"))

    assert result.err == f"error: office: {error}\n"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_apprise_is_used_if_it_is_installed(server: Server) -> None:
    pytest.importorskip("apprise")
    url = server.url.replace("http://", "json://")

    assert sent(TargetConfig(apprise=Secret(f"{url}/"))) is None
    assert json.loads(server.seen[0].body)["title"] == MESSAGE.title
    assert sent(TargetConfig(apprise=Secret("nonsense://"))) is not None


def test_apprise_that_is_not_installed_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)

    assert sent(TargetConfig(apprise=Secret("json://localhost"))) == (
        "apprise is not installed; run `pip install 'ordosync[alerts]'`"
    )


@pytest.mark.parametrize(
    "text", ["a\r\nBcc: b", "\x1b[31mred", "<!channel>", "<script>alert()</script>", "\u202ea"]
)
def test_n10_text_is_one_line_without_control_characters_and_markup(text: str) -> None:
    assert clean(text).isprintable()
    assert not {"<", ">", "\n", "\u202e"} & set(clean(text))


def test_n6_after_three_attempts_the_others_are_notified_and_cron_writes_it(
    fallback: Fallback,
) -> None:
    world, output = fallback()
    world.refuse()
    world.fail("1001")
    written = [world.deliver(MINUTE) for _ in range(10)]
    attempts = len(world.messages)
    before = output.read_text()
    later = [*world.deliver(MINUTE), *world.deliver(HOUR)]

    assert attempts == 3
    [[warning]] = [lines for lines in written if lines]
    assert warning == (
        "alerts: office cannot be reached, 3 attempts failed: the webhook responds with HTTP 500;"
        " `ordosync alerts test office` tries again"
    )
    assert before == ""
    assert output.read_text().count("* normal: shop-warehouse: import-orders: 1001") == 1
    assert later == []


def test_n6_what_was_not_sent_is_listed_and_sent_when_the_recipient_is_back(
    fallback: Fallback, tmp_path: Path
) -> None:
    world, _ = fallback()
    world.refuse()
    world.fail("1001")
    for _ in range(24):
        world.deliver(HOUR)
    listed = ordosync(tmp_path, "alerts", "list", "--json")
    attempts = len(world.messages)
    world.accept()
    world.deliver(HOUR)

    assert listed.code == 1
    assert listed.json["targets"][0]["error"] == "the webhook responds with HTTP 500"
    assert [row["state"] for row in listed.json["alerts"]] == ["waiting", "reported"]
    assert attempts <= 26
    assert world.changes[attempts:] == [[("starts", "1001")]]
    assert ordosync(tmp_path, "alerts", "list").code == 0


def test_n6_what_was_over_before_it_could_be_sent_is_left_out(world: World) -> None:
    world.refuse()
    world.fail("1001", "1002")
    world.settle("1001")
    world.accept()

    world.deliver(5 * MINUTE)

    assert world.changes[1:] == [[("starts", "1002")]]


def test_n7_killed_after_sending_the_message_is_sent_again(world: World) -> None:
    world.feed(row("1001", quantity="x"))
    wake(world.folder)

    killed = finished(started(world.folder, "run-due", fault="alert-sent"))
    first = list(world.changes)
    for _ in range(2):
        wake(world.folder)
        ordosync(world.folder, "run-due")

    assert killed.code == -signal.SIGKILL
    assert first == [[("starts", "1001")]]
    assert world.changes == first * 2


def test_a_message_is_sent_again_at_once_where_the_session_was_ended(
    world: World, postgres: str
) -> None:
    path = world.folder / "config.yaml"
    path.write_text(configured(path.read_text(), postgres))
    world.run()

    with paused_at("alert-sent", 1, lambda: end_sessions(postgres)):
        world.fail("1001")
    first = list(world.changes)
    world.deliver()

    assert first == [[("starts", "1001")]]
    assert world.changes == first * 2


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_n9_no_message_has_personal_data_or_a_secret(  # noqa: PLR0917 - five are fixtures
    make_world: MakeWorld,
    server: Server,
    mail: MailConfig,
    mail_server: MailServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("apprise")
    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
    monkeypatch.setenv("SSL_CERT_FILE", str(mail.ca_file))
    login = f"{USER}:{PASSWORD.replace(' ', '%20')}@localhost:{mail.port}"
    addresses = "smtp=localhost&from=sync@example.org&to=ops@example.org"
    output = tmp_path / "output"
    script = f"import sys; open({str(output)!r}, 'a').write(repr(sys.argv) + sys.stdin.read())"
    world = make_world(
        f"""
  to:
    office: OFFICE
    slack: {{webhook: "{server.url}/canary-secret", form: slack, secret: {KEY}}}
    teams: {{webhook: "{server.url}/canary-secret", form: teams, secret: {KEY}}}
    command: {{command: [{program(tmp_path, script)}, "{{title}}"]}}
    mail:
      mail: {{host: localhost, port: {mail.port}, to: [ops@example.org], from: sync@example.org,
             user: {USER}, password: "${{MAIL_PASSWORD}}", ca_file: {mail.ca_file}}}
    service: {{apprise: "json://127.0.0.1:{server.port}/canary-secret"}}
    service-mail: {{apprise: "mailtos://{login}/?mode=starttls&{addresses}"}}
  digest: {{at: "08:00", to: [office, slack, teams, command, mail, service, service-mail]}}
"""
    )
    people = " ".join(CANARIES)
    first = row("1001", quantity="x").replace("Ada", people)
    world.feed(first)
    world.run()
    ordosync(tmp_path, "backup", "copy.db")
    places = [*tmp_path.glob("ordosync.db*"), tmp_path / "copy.db"]
    files = b"".join(path.read_bytes() for path in places if path.is_file())
    # The columns are in the wrong order: on this machine, the reasons quote the cells.
    world.feed(
        first,
        f"1002,SKU,{people},2,1.00,{people},{people}\n",
        f"1003,SKU,{people},{people},1.00,{people},Germany\n",
    )
    world.run()
    with Store.open(world.config.database) as store:
        dismiss(world.config, store, [key("1001")], note=people, clock=world.clock)
    world.deliver(HOUR)
    world.at(world.clock.at + timedelta(days=1))

    shown = "".join(seen.body.decode() for seen in server.seen) + output.read_text()
    shown += "".join(str(email) + email.get_content() for email in mail_server.mails)
    for words in (
        *(["alerts", "list"], ["alerts", "list", "--json"], ["alerts", "test"]),
        *(["digest"], ["digest", "--json"], ["digest", "--html", "digest.html"]),
        *(["run-due"], ["run-due", "--json"], ["health"]),
    ):
        result = ordosync(tmp_path, *words)
        shown += result.out + result.err
    shown += (tmp_path / "digest.html").read_text() + files.decode(errors="replace")
    assert [canary for canary in (*CANARIES, PASSWORD, KEY) if canary in shown] == []
    assert len(mail_server.mails) >= 2 * 4
    assert shown.count("1002") > 20
