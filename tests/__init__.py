import os
import sys

import pytest

# Where Python is not to keep what it compiles, each worker would compile all tests, and each
# command that a test starts would compile the package.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Assertions in support modules show their values, as those in tests do.
pytest.register_assert_rewrite(
    *(f"tests.{name}" for name in ("accounts", "engine", "fakes", "scenarios", "store")),
    *(f"tests.{name}" for name in ("support", "tasks")),
)
