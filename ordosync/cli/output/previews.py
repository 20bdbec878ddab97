"""Previews of runs (`--dry-run`), as text and as JSON."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

import typer

from ordosync.cli.output.render import Streamed, document
from ordosync.cli.output.runs import run_json
from ordosync.cli.output.terminal import message, result
from ordosync.clock import to_text

if TYPE_CHECKING:
    from ordosync.engine import Preview, Stop
    from ordosync.engine.execution.planned_steps import PlannedStep
    from ordosync.engine.sandbox import Sandbox
    from ordosync.store.step_rows import State

_VERBS = {
    "skipped": "skip",
    "held": "hold",
    "waiting": "wait",
    "unknown": "wait",
    "failed": "fail",
}
"""What happens to a step that is not written, by its state."""
_BY_OUTCOME: "tuple[State, ...]" = (
    "done",
    "skipped",
    "held",
    "waiting",
    "unknown",
    "sending",
    "failed",
)
"""The states in the order in which steps are shown; those that need the user are last."""
_WRITES = {"set": "change"}
"""How the writes of a summary are counted, by its first word, if it is another one."""


def show(previews: "Sequence[Preview]", copies: "Sandbox", *, as_json: bool, stop: "Stop") -> None:
    """Show previews, and exit: 1 if something would fail or be stopped."""
    if as_json:
        document({"plans": [plan_json(preview, copies) for preview in previews]})
    else:
        for preview in previews:
            _show(preview, copies)
        message("nothing was written; without --dry-run it is")
    if stop.signal:
        raise typer.Exit(128 + stop.signal)
    raise typer.Exit(int(any(preview.run.status != "ok" for preview in previews)))


def _show(preview: "Preview", copies: "Sandbox") -> None:
    for line in lines(preview):
        result(copies.in_words(line), wrapped=True)


def lines(preview: "Preview", *, most: int | None = None) -> Iterator[str]:
    """Yield a preview: the writes, then what fails and is skipped, and last the totals.

    With `most`, only that many steps are listed.
    """
    run, steps = preview.run, preview.steps
    yield f"{run.portal}: {run.task} would write {steps.count('done')}"
    for step in islice(steps.by_state(_BY_OUTCOME), most):
        yield f"  {_step_text(step)}"
    if most is not None and len(steps) > most:
        yield f"  and {len(steps) - most} more: `ordosync {run.task} --dry-run`"
    if preview.stopped_by:
        yield (
            f"  the safety limit would stop this run: {preview.stopped_by}; --force overrides it"
        )
    elif run.error:
        yield f"  the run would fail: {run.error.message}"
    if totals := _totals(preview):
        yield f"  total: {totals}"
    if run.note:
        yield f"  {run.note}"


def _step_text(step: "PlannedStep") -> str:
    if step.is_written:
        return step.summary
    if step.is_stopped:
        return f"stop {step.summary}"
    subject = f"{step.key} ({step.summary})" if step.summary else step.key
    until = f", until {step.not_before:%Y-%m-%d %H:%M} UTC" if step.not_before else ""
    return f"{_VERBS.get(step.state, step.state)} {subject}: {step.reason or step.code}{until}"


def _totals(preview: "Preview") -> str:
    counts: Counter[str] = Counter()
    for step in preview.steps:
        verb = _WRITES.get(word := step.summary.partition(" ")[0], word)
        if step.is_written:
            counts[f"to {verb}"] += 1
        elif step.is_stopped:
            counts[f"to {verb} stopped"] += 1
    run = preview.run
    counts["to fail"] = 0 if preview.stopped_by else run.counts.failed
    counts["to hold"] = preview.steps.count("held")
    counts["to skip"] = run.counts.skipped - counts["to hold"]
    counts["to wait"] = run.counts.waiting
    counts["unchanged"] = run.counts.unchanged
    return ", ".join(f"{count} {what}" for what, count in counts.items() if count)


def plan_json(preview: "Preview", copies: "Sandbox") -> dict[str, Any]:
    """Return a preview as every command prints it with `--json`."""
    run = run_json(preview.run)
    counts = ("status", "seen", "done", "unchanged", "skipped", "waiting", "failed", "error")
    return {
        "portal": preview.run.portal,
        "task": preview.run.task,
        "steps": Streamed(lambda: (_step_json(step, copies) for step in preview.steps)),
        **{name: run[name] for name in counts},
        "stopped_by": preview.stopped_by or None,
        "note": copies.in_words(preview.run.note) if preview.run.note else None,
    }


def _step_json(step: "PlannedStep", copies: "Sandbox") -> dict[str, Any]:
    return {
        "key": step.key,
        "summary": step.summary,
        "state": step.state,
        "code": step.code,
        "reason": step.reason and copies.in_words(step.reason),
        "not_before": to_text(step.not_before) if step.not_before else None,
    }
