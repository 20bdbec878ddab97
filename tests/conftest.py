"""Fixtures of the desk, the folders of tests, and the table of cases."""

import gc
import os
import shutil
import signal
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from ordosync import database_file
from ordosync.store.location import SqliteFile, StoreLocation
from ordosync.store.postgres_database import PostgresDatabase
from tests.fakes.shortcut import without_sockets
from tests.support import postgres, stores
from tests.support.cases import Table
from tests.support.desk import TwoAccounts
from tests.support.forking import forking
from tests.support.once import repeated_work_once
from tests.support.published import Quantities, checked_quantities
from tests.support.shared import session_folder

NOT_HELD = "rules that are not held"
"""The property of a test with a list of the rules that kinds of accounts cannot hold."""

MEMORY = Path("/dev/shm")  # noqa: S108 - pytest makes a folder there that is for its owner alone
ENOUGH_BYTES = 2 * 1024**3

# How long an example takes says nothing on a machine that others use, too.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# A shell starts a job in the background with SIGINT ignored, and commands would inherit that.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(name="both")
def _both(tmp_path: Path, _both_files: Path) -> TwoAccounts:
    """Return two accounts, with an order of two lines that was imported."""
    shutil.copytree(_both_files, tmp_path, dirs_exist_ok=True)
    return TwoAccounts(tmp_path)


@pytest.fixture(scope="session")
def _both_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the files of `both` once, since the commands take longer than many tests."""
    both = TwoAccounts(tmp_path_factory.mktemp("both"))
    lines = ("--line", "MUG=2@4.50", "--line", "CUP=1@3")
    words = (*lines, "--supplier", "northwind", "--currency", "EUR")
    assert both.shop("orders", "add", "1001", *words).code == 0
    assert both.run("import-orders").code == 0
    return both.folder


@pytest.fixture(name="postgres_server", scope="session")
def _postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    try:
        with postgres.server(session_folder(tmp_path_factory)) as url:
            yield url
    except postgres.MissingError as error:
        pytest.skip(str(error))


@pytest.fixture(name="postgres")
def _postgres(postgres_server: str) -> Iterator[str]:
    """Return the URL of an empty schema; the test is skipped if there is no PostgreSQL."""
    with postgres.schema(postgres_server) as url:
        yield url


@pytest.fixture(name="location", params=["sqlite", "postgres"])
def _location(request: pytest.FixtureRequest, tmp_path: Path) -> StoreLocation:
    """Return the place of a new store: in a file, and on PostgreSQL."""
    path = tmp_path / "ordosync.db"
    if request.param == "sqlite":
        return SqliteFile(path)
    return PostgresDatabase(path, url=request.getfixturevalue("postgres"))


@pytest.fixture(autouse=True)
def _store(request: pytest.FixtureRequest) -> Iterator[None]:
    """Put the stores of the test on PostgreSQL, if the environment has the switch."""
    if not stores.is_switched():
        yield
        return
    if request.node.get_closest_marker("of_files"):
        pytest.skip("the store must be a file")
    with stores.on_postgres(request.getfixturevalue("postgres_server")):
        yield


@pytest.fixture(autouse=True, scope="session")
def _shortcuts(request: pytest.FixtureRequest) -> Iterator[None]:
    """Repeat no work or import, and use no socket, where that makes no difference."""
    if request.config.getoption("--sockets"):
        yield
        return
    with without_sockets(), repeated_work_once(), forking():
        yield


@pytest.fixture(name="written_quantities", autouse=True, scope="session")
def _written_quantities() -> Iterator[Quantities]:
    with checked_quantities() as quantities:
        yield quantities


@pytest.fixture(autouse=True)
def _quantities_are_those_of_the_rules(written_quantities: Quantities) -> Iterator[None]:
    """Fail each test that has written a quantity to a Merchant which its rule does not give."""
    yield
    assert written_quantities.take_wrong() == []


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--sockets",
        action="store_true",
        help="take no shortcut: all fakes over sockets, and no work is done once for many tests",
    )
    parser.addoption("--cases", type=Path, metavar="FILE", help="write the result of each case")


def pytest_configure(config: pytest.Config) -> None:
    # Without waiting for the disk the tests take a third less time.
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH_BYTES:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))
    if config.getoption("--cases") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(_CaseTable(config.getoption("--cases")), "case-table")


def pytest_runtest_setup() -> None:
    """Close the databases that earlier tests have deleted: a process may open 1,024 files.

    The commands of a test share a process, which keeps a descriptor of each database. A command of
    a user opens few.
    """
    for identity, descriptor in list(database_file._descriptors.items()):
        if not os.fstat(descriptor).st_nlink:
            os.close(database_file._descriptors.pop(identity))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Give all tests that need PostgreSQL one line if there is none, not a line each."""
    report = yield
    if report.skipped and str(report.longrepr).count(postgres.MISSING):
        report.longrepr = (postgres.__file__, 1, f"Skipped: {postgres.MISSING}")
    return report


def pytest_collection_finish() -> None:
    """Collect less garbage, and leave out what was imported and collected."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the rules that kinds of accounts cannot hold, if the test that finds them ran."""
    for report in terminalreporter.getreports("passed"):
        for name, lines in report.user_properties:
            if name == NOT_HELD:
                terminalreporter.section(NOT_HELD)
                terminalreporter.write("".join(f"{line}\n" for line in lines))


class _CaseTable:
    """Writes the table when the session ends, from the reports of all workers."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._table = Table()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.outcome == "skipped":
            name = report.nodeid.removeprefix("tests/")
            self._table.add(name, report.outcome, report.duration)

    def pytest_sessionfinish(self) -> None:
        self._table.write(self._path)
