"""Peers, each in a separate environment: dlt, and the first version of ordosync."""

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.measuring import Spent, spent

_WANTED = ("dlt[sqlalchemy]>=1.31,<1.32", "requests>=2.32.3,<2.35")
_PLACE = Path(tempfile.gettempdir()) / "ordosync-benchmarks-dlt"
"""Kept between runs, since creating it takes minutes. dlt needs fifty packages."""
FIRST_COMMIT = "799b213"
_FIRST = Path(tempfile.gettempdir()) / f"ordosync-benchmarks-{FIRST_COMMIT}"
_SCRIPT = """
import sys
import dlt
from dlt.sources.rest_api import rest_api_source

url, folder = sys.argv[1:]
source = rest_api_source({
    "client": {"base_url": url, "paginator": {
        "type": "offset", "limit": 100, "offset_param": "offset", "limit_param": "limit",
        "total_path": "count"}},
    "resources": [{
        "name": "orders", "primary_key": "order_number", "write_disposition": "merge",
        "endpoint": {"path": "v3/order", "data_selector": "order",
            "params": {"sort": "updated_date"},
            "incremental": {"start_param": "updated_after", "cursor_path": "updated_date",
                "initial_value": "2025-12-31T00:00:00.000Z"}}}]})
pipeline = dlt.pipeline(
    "benchmark", destination=dlt.destinations.sqlalchemy(f"sqlite:///{folder}/dlt.db"),
    dataset_name="main", pipelines_dir=f"{folder}/pipelines")
pipeline.run(source)
"""


@dataclass(frozen=True, kw_only=True)
class Dlt:
    """dlt's own import of the list, into SQLite."""

    folder: Path
    python: Path
    versions: str = ""
    why_not: str = ""
    """The reason why it cannot be measured; empty if it can."""

    def load(self, url: str) -> Spent:
        """Load everything into a new file."""
        self.folder.mkdir(parents=True)
        script = self.folder / "load.py"
        script.write_text(_SCRIPT)
        return spent(str(self.python), str(script), url, str(self.folder))


def dlt(folder: Path, *, place: Path = _PLACE) -> Dlt:
    """Find its environment, or return why it is missing. Run this module to create it."""
    python = place / "bin" / "python"
    if not python.exists():
        why = "not measured: `python -m tests.benchmarks.peers` makes its environment"
        return Dlt(folder=folder, python=python, why_not=why)
    code = "from importlib.metadata import version; print('dlt', version('dlt'))"
    try:
        return Dlt(
            folder=folder, python=python, versions=spent(str(python), "-c", code).out.strip()
        )
    except RuntimeError as error:
        return Dlt(folder=folder, python=python, why_not=f"not measured: {error}"[:200])


def first_version() -> Path | None:
    """Return the folder of the first version with its environment in `.venv`, if it was made."""
    return _FIRST if (_FIRST / ".venv" / "bin" / "ordosync").exists() else None


def main() -> None:
    """Create the environments."""
    _make(_PLACE, _WANTED)
    _FIRST.mkdir(exist_ok=True)
    with tempfile.NamedTemporaryFile(suffix=".tar") as archive:
        words = ("git", "archive", "--output", archive.name, FIRST_COMMIT)
        subprocess.run(words, check=True)
        subprocess.run(("tar", "-x", "-f", archive.name, "-C", str(_FIRST)), check=True)
    _make(_FIRST / ".venv", (str(_FIRST),))


def _make(place: Path, wanted: Sequence[str]) -> None:
    subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
    pip = [str(place / "bin" / "python"), "-m", "pip", "install", "--quiet", *wanted]
    subprocess.run(pip, check=True)


if __name__ == "__main__":
    main()
