import pytest

# Assertions in support modules show their values, as those in tests do.
pytest.register_assert_rewrite(
    *(f"tests.{name}" for name in ("accounts", "engine", "fakes", "scenarios", "store")),
    *(f"tests.{name}" for name in ("support", "tasks")),
)
