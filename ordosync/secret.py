"""A value that must not be shown."""

_SHOW_END_FROM = 8


class Secret:
    """Holds a secret; printing and logging mask it, and only `reveal` returns it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the secret itself, for the one place that sends it."""
        return self._value

    def __repr__(self) -> str:
        return f"***{self._value[-2:]}" if len(self._value) >= _SHOW_END_FROM else "***"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)


class PrivateKey(Secret):
    """A key that signs in for its user; only its owner may read its file."""

    __slots__ = ()
