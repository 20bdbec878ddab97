"""The queue of due portals: read once on one machine, and again and again on several hosts."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from ordosync.engine.scheduling.due_portals import _REFRESH_S, DuePortals
from ordosync.store import Store
from ordosync.store.location import StoreLocation
from ordosync.store.schedule_row import ScheduleRow
from tests.support.clock import VirtualClock


def due(*portals: str) -> list[Sequence[ScheduleRow]]:
    return [
        [ScheduleRow(portal=name, task="split-order", interval_s=60, decided_by="default")]
        for name in portals
    ]


class Answers:
    """What the store says is due, one time after another."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = [due(*names) for names in answers]
        self.count = 0

    def __call__(self, _store: Store) -> list[Sequence[ScheduleRow]]:
        self.count += 1
        return self._answers[min(self.count, len(self._answers)) - 1]


def taken(queue: DuePortals, clock: VirtualClock) -> list[str]:
    """Take all portals, as a host whose runs take long."""
    names = []
    while rows := queue.take():
        names.append(rows[0].portal)
        clock.sleep(_REFRESH_S + 1)
    return names


def test_what_another_host_has_done_meanwhile_is_not_taken(location: StoreLocation) -> None:
    clock = VirtualClock()
    with Store.open(location) as store:
        answers = Answers("abc", "bcd", "cd")
        names = taken(DuePortals(answers, store, clock), clock)

    if location.host is None:
        assert (names, answers.count) == (["a", "b", "c"], 1)
    else:
        assert names == ["a", "b", "c", "d"]
        assert answers.count > 3


def test_portals_of_a_host_that_died_come_first(location: StoreLocation) -> None:
    clock = VirtualClock()
    with Store.open(location) as store:
        with store.transaction():
            for portal, owner in (("b", '["other boot", 1, "1"]'), ("c", None)):
                store._connection.execute(
                    "insert into leases (portal, resource, fence, owner)"
                    " values (?, 'orders', 1, ?)",
                    (portal, owner),
                )
        names = taken(DuePortals(Answers("abc"), store, clock), clock)

    assert names == (["a", "b", "c"] if location.host is None else ["b", "a", "c"])


def test_threads_take_each_portal_once(location: StoreLocation) -> None:
    def take_all(queue: DuePortals) -> list[str]:
        return [rows[0].portal for rows in iter(queue.take, None)]

    with Store.open(location) as store:
        queue = DuePortals(Answers("abcdefgh"), store, VirtualClock())
        with ThreadPoolExecutor(4) as pool:
            names = [name for each in pool.map(take_all, [queue] * 4) for name in each]

    assert sorted(names) == list("abcdefgh")
    assert queue.taken == list("abcdefgh")
