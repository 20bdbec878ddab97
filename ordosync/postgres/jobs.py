"""Jobs of the queue of `ordosync work`: portals that a worker should look at."""

from dataclasses import dataclass

RUN = "run"


@dataclass(frozen=True, kw_only=True)
class Job:
    """A portal that a worker should look at."""

    portal: str
    queue: str
    priority: int
    """A job with a higher one starts first."""


def queue_of(worker: str | None) -> str:
    """Return the queue of the workers with this name; without a name, that of all workers."""
    return f"{RUN}@{worker}" if worker else RUN
