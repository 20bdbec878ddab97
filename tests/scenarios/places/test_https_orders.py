"""Orders in a file of a web server, with and without validators, and with another clock."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.accounts.files.places.httpd import AT, Httpd, httpd
from tests.scenarios.places.reading import CONFIG, PLACE
from tests.support.command import HEADER, numbers, ordosync, row

pytestmark = pytest.mark.slow


@pytest.fixture(name="server")
def _server() -> Iterator[Httpd]:
    with httpd() as server:
        yield server


@pytest.mark.parametrize("has_validators", [True, False])
@pytest.mark.parametrize("hours", [-1, 0, 1])
def test_an_export_is_fetched_when_it_has_changed(
    tmp_path: Path, server: Httpd, hours: int, *, has_validators: bool
) -> None:
    config = CONFIG.replace(PLACE, f'place: "{server.options().url}"')
    (tmp_path / "config.yaml").write_text(config.replace("out/*.csv", "orders.csv"))
    server.changed = AT + 3600 * hours if has_validators else 0
    server.etag = '"v1"' if has_validators else ""
    server.content = (HEADER + row("1001")).encode()

    counts = [ordosync(tmp_path, "import-orders", "--json").counts for _ in range(2)]
    server.content += row("1002").encode()
    server.etag, server.changed = server.etag.replace("1", "2"), server.changed and AT + 1
    counts.append(ordosync(tmp_path, "import-orders", "--json").counts)

    assert counts[:2] == [{"seen": 1, "done": 1}, {"seen": 0}]
    assert counts[2]["done"] == 1
    assert numbers(tmp_path) == ["1001", "1002"]
    assert len(server.requests) == 3
