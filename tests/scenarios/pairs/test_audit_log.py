"""H9: the log has the values of each write, between every two kinds of account."""

from ordosync.tasks import TASKS
from tests.accounts.contract.examples import line, parcel
from tests.scenarios.pairs.pair import Pair


def test_every_write_is_in_the_log_with_its_values(pair: Pair) -> None:
    pair.give_every_task_work()
    _, supplier_id = pair.imported("1004", line("MUG", 2))
    pair.supplier.ship(supplier_id, parcel(number="1Z4"))

    for task in TASKS:
        if not pair.can_run(task):
            continue
        ran = pair.run(task)
        done = [step for step in ran.steps if step.state == "done"]
        values = [step.written for step in done if step.written]
        assert len(values) >= ran.count("done"), (task, done)
        assert all(written.text for written in values)
