"""Keys of the steps that report edits of orders that were sent."""

_EDIT = ":edit"


def edit_key(key: str) -> str:
    """Return the key of the step that reports edits of a done step: one for all its edits."""
    return f"{key}{_EDIT}"


def is_edit_key(key: str) -> bool:
    """True for the key of a step that reports edits."""
    return key.endswith(_EDIT)


def edited_key(key: str) -> str:
    """Return the key of the step whose record an edit changes, given that of the edit."""
    return key.removesuffix(_EDIT)
