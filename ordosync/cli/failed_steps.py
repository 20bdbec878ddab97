"""Next step for the failed steps of a run, in one sentence."""

from collections.abc import Sequence

from ordosync.engine.diagnosis.advice import is_retryable
from ordosync.store.step_rows import StepRow

_FEW = 5
"""The largest number of steps that a sentence names."""


def next_step(failed: Sequence[StepRow]) -> str:
    """Return how many steps failed, and the commands that retry and close them."""
    retryable = [step for step in failed if is_retryable(step)]
    if not retryable:
        return (
            f"{len(failed)} failed, and a retry settles none of them: `ordosync attention` shows"
            " what to do"
        )
    rest = len(failed) - len(retryable)
    others = f"; a retry does not settle {rest} of them, see `ordosync attention`" if rest else ""
    return (
        f"{len(failed)} failed: fix the cause, then `ordosync retry {_named(retryable)}`{others};"
        f" `ordosync dismiss {_named(failed)}` closes steps that need no more work"
    )


def _named(steps: Sequence[StepRow]) -> str:
    return " ".join(str(step.id) for step in steps) if len(steps) <= _FEW else "STEP..."
