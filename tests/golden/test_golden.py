"""Nothing that users or services rely on has changed since the golden session was recorded.

A command may be added: every recorded command must still be there, with the same options.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from tests.golden import session

RECORDED = Path(__file__).with_name("recorded.json")


def record(folder: Path) -> dict[str, Any]:
    """Return the whole session as it is now."""
    return {
        "commands": session.commands(),
        "demo": session.demo(folder),
        "schemas": session.schemas(folder),
        "calls": session.calls(folder),
    }


def digest(recorded: Any) -> str:
    """Return a short digest of a session, for notes."""
    return hashlib.sha256(json.dumps(recorded, sort_keys=True).encode()).hexdigest()[:16]


def test_commands_answers_schemas_and_calls_are_those_of_the_golden_session(tmp_path: Path) -> None:
    expected = json.loads(RECORDED.read_text("utf-8"))

    found = json.loads(json.dumps(record(tmp_path)))
    found["commands"] = {
        name: options for name, options in found["commands"].items() if name in expected["commands"]
    }

    for part, recorded in expected.items():
        assert found[part] == recorded, part
    assert found.keys() == expected.keys()
