import pytest

# An assertion in a module beside the tests says as much when it fails as one in a test does.
pytest.register_assert_rewrite(
    *(f"tests.{name}" for name in ("accounts", "engine", "fakes", "scenarios", "store")),
    *(f"tests.{name}" for name in ("support", "tasks")),
)
