"""Messages about an account that cannot be used: one line, and no secret."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from math import inf
from pathlib import Path

import pytest
import trustme

from ordosync.accounts.account import Role
from ordosync.clock import Clock
from tests.accounts.contract.examples import sold
from tests.accounts.sqlite.people import SqliteMerchantPeople
from tests.http.certificates import known_as
from tests.http.server import Server, answer
from tests.scenarios.faults.conftest import foreign
from tests.scenarios.faults.kinds import SUPPLIERS
from tests.scenarios.faults.portal import Troubled, add_portal
from tests.support.command import Done, ordosync

Trouble = Callable[[Troubled], AbstractContextManager[None]]
WRONG = "never-the-right-secret"


class OtherMerchant(SqliteMerchantPeople):
    """The people of another Merchant."""

    name = "other"


@contextmanager
def html(troubled: Troubled) -> Iterator[None]:
    troubled.foreign.meet("html", "anything", times=inf)
    yield


@contextmanager
def wrong_key(troubled: Troubled) -> Iterator[None]:
    troubled.configure(**troubled.foreign.signed_in_with(WRONG))
    yield


@contextmanager
def revoked_key(troubled: Troubled) -> Iterator[None]:
    troubled.foreign.meet("unauthorized", "anything", after=1, times=inf)
    yield


@contextmanager
def unknown_host(troubled: Troubled) -> Iterator[None]:
    troubled.configure(**troubled.foreign.elsewhere("https://nowhere.invalid"))
    yield


@contextmanager
def stranger(troubled: Troubled) -> Iterator[None]:
    certificate = trustme.CA().issue_cert("127.0.0.1")
    with Server(answer(), tls=known_as(certificate)) as server:
        troubled.configure(**troubled.foreign.elsewhere(server.url))
        yield
        assert server.seen == []


@contextmanager
def expired(troubled: Troubled) -> Iterator[None]:
    authority = trustme.CA()
    certificate = authority.issue_cert(
        "127.0.0.1",
        not_before=datetime(2019, 1, 1, tzinfo=UTC),
        not_after=datetime(2020, 1, 1, tzinfo=UTC),
    )
    authority.cert_pem.write_to_path(troubled.pair.folder / "ca.pem")
    with Server(answer(), tls=known_as(certificate)) as server:
        at = troubled.foreign.elsewhere(server.url)
        troubled.configure(**at, ca_file=str(troubled.pair.folder / "ca.pem"))
        yield
        assert server.seen == []


@contextmanager
def nobody_there(troubled: Troubled) -> Iterator[None]:
    with troubled.foreign.down():
        yield


TROUBLES: tuple[tuple[Trouble, Role, str], ...] = (
    (wrong_key, "merchant", "HTTP 401"),
    (html, "merchant", "returned a web page"),
)
MORE = [
    pytest.param(*case, marks=pytest.mark.slow)
    for case in (
        (revoked_key, "supplier", "HTTP 401"),
        (stranger, "merchant", "is from an unknown authority"),
        (expired, "merchant", "the certificate of 127.0.0.1 has expired"),
        (unknown_host, "merchant", "the name nowhere.invalid cannot be resolved"),
        (nobody_there, "merchant", "127.0.0.1 refused the connection"),
    )
]


@pytest.mark.parametrize(("trouble", "role", "message"), [*TROUBLES, *MORE])
@pytest.mark.parametrize("kind", SUPPLIERS)
def test_failure_of_an_account_is_one_clear_line(
    tmp_path: Path, kind: str, trouble: Trouble, role: Role, message: str
) -> None:
    """Cases 19, 25 and 57: the log is intact, and the other portal goes on."""
    with foreign(role, kind, tmp_path) as troubled:
        troubled.clock.at = Clock().now() - timedelta(hours=1)
        troubled.pair.imported("1000")
        troubled.merchant.request(sold("1001"))
        troubled.merchant.request(sold("1002"))
        # Shops refuse requests that are signed at another time.
        troubled.clock.at = Clock().now()
        with trouble(troubled):
            add_portal(tmp_path, "other", OtherMerchant(tmp_path, troubled.clock), "warehouse")

            result = ordosync(tmp_path, "import-orders")
            activity = ordosync(tmp_path, "activity", "--json")

    failed, other = sorted(activity.json["runs"], key=lambda run: int(run["id"]))[1:]
    assert result.code == 1
    [line] = [text for text in result.err.splitlines() if "account other" not in text]
    assert message in line
    assert (failed["status"], other["status"]) == ("failed", "ok")
    assert line.startswith(f"run 2: {failed['error']['code']}: {failed['error']['message']}")
    assert failed["error"]["message"].startswith("account ")
    assert (failed["error"]["code"] == "auth") == (message == "HTTP 401")
    assert_no_secret(tmp_path, troubled, result, activity)


def assert_no_secret(folder: Path, troubled: Troubled, *results: Done) -> None:
    for secret in (troubled.foreign.secret, WRONG):
        assert not [result for result in results if secret in result.out + result.err]
        for path in folder.glob("*.db*"):
            assert secret.encode() not in path.read_bytes()
