"""Recipients that fail for a day: no alert is lost, and none becomes a flood."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import trustme

from ordosync.engine.alerts import commands, mail, sending
from ordosync.http import webhook
from ordosync.http.transport import Limits
from tests.http.certificates import known_as
from tests.http.server import Server
from tests.support.mail_server import MailServer

from .recipients import (
    COMMAND_STATES,
    DOWN,
    HTTP_STATES,
    MAIL_STATES,
    SHORT_S,
    Command,
    Http,
    Mail,
    Recipient,
)
from .world import HOUR, MINUTE, PORTAL, World

MAY_HAVE_ARRIVED = ("silent", "dripping", "dying", "resetting", "hanging")
TRANSPORTS = {
    "webhook": (DOWN, *HTTP_STATES),
    "apprise-http": (DOWN, *HTTP_STATES),
    "mail": (DOWN, *MAIL_STATES),
    "mail-implicit": (DOWN, "refusing-recipients", "silent", "dying"),
    "apprise-mail": (DOWN, *MAIL_STATES),
    "command": (DOWN, *COMMAND_STATES),
}
USUAL = {
    "webhook": DOWN,
    "apprise-http": "limited",
    "mail": "silent",
    "mail-implicit": DOWN,
    "apprise-mail": DOWN,
    "command": "failing",
}
"""The state of each transport that the fast tests try; the others are marked slow."""
STARTS = f"ordosync: {PORTAL}: import-orders: 1001: "


@contextmanager
def short_limits() -> Iterator[None]:
    """Wait only for a moment; in all other tests, a busy machine must not matter."""
    limits = Limits(connect_s=SHORT_S, read_s=SHORT_S, total_s=2 * SHORT_S, size=65_536)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sending, "_TOTAL_S", 3 * SHORT_S)
        patch.setattr(mail, "_TIMEOUT_S", SHORT_S)
        patch.setattr(mail, "_ANSWER_S", SHORT_S)
        patch.setattr(commands, "_LIMIT_S", SHORT_S)
        patch.setattr(webhook, "_LIMITS", limits)
        yield


@pytest.fixture
def recipient(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Recipient]:
    transport: str = request.param
    if transport == "command":
        yield Command(tmp_path)
        return
    if "mail" not in transport:
        with Server() as http_server:
            yield Http(http_server, by_apprise="apprise" in transport)
        return
    authority = trustme.CA()
    ca_file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    # apprise trusts what OpenSSL trusts.
    monkeypatch.setenv("SSL_CERT_FILE", str(ca_file))
    context = known_as(authority.issue_cert("localhost"))
    with MailServer(context, is_implicit="implicit" in transport) as mail_server:
        yield Mail(mail_server, ca_file, by_apprise="apprise" in transport)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(
    ("recipient", "state"),
    [
        pytest.param(name, state, marks=() if state == USUAL[name] else pytest.mark.slow)
        for name, states in TRANSPORTS.items()
        for state in states
    ],
    indirect=["recipient"],
)
def test_an_alert_reaches_a_recipient_that_failed_for_a_day_and_is_no_flood(
    tmp_path: Path, server: Server, recipient: Recipient, state: str
) -> None:
    if "apprise" in recipient.section():
        pytest.importorskip("apprise")
    world = World(tmp_path, server, f"{{to: {{office: {recipient.section()}}}}}")
    assert world.run() == []
    recipient.fail(state)
    world.configure(f"{{to: {{office: {recipient.section()}}}}}")
    # Each attempt lasts as long as the limits.
    later = [HOUR] * 4 + [18 * HOUR] if state.endswith("at-first") else [HOUR] * 22

    with short_limits():
        warnings = world.fail("1001")
        for wait in (5 * MINUTE, 5 * MINUTE, *later):
            warnings += world.deliver(wait)
    during = list(recipient.received())
    recipient.recover()
    world.configure(f"{{to: {{office: {recipient.section()}}}}}")
    world.deliver(2 * HOUR)
    world.settle("1001")
    world.deliver(HOUR)
    world.deliver(timedelta(days=2))
    after = [title for _, title in recipient.received()[len(during) :]]

    if state in MAY_HAVE_ARRIVED:
        assert 1 <= len(during) <= 2
        assert len(set(during)) == 1
        assert during[0][1].startswith(STARTS)
        assert after == [f"{STARTS}not solved yet", f"{STARTS}over"]
    else:
        assert after[0].startswith(STARTS)
        assert after[1:] == [f"{STARTS}over"]
    [warning] = warnings
    assert warning.startswith("alerts: office cannot be reached, ")
