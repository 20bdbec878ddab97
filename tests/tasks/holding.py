"""A portal with conditions of `hold:`, between two local accounts."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from ordosync.config import load_config
from ordosync.engine.diagnosis.attention import UNSHIPPED_DAYS, attention
from ordosync.engine.diagnosis.attention_entry import Attention
from ordosync.models import Address, Line, Order
from ordosync.store import Store
from ordosync.store.step_rows import HOLD, StepRow
from tests.support.runs import Ran
from tests.tasks.portal import CONFIG, SUPPLIER, Pair, order, succeeded

TASK = "import-orders"
_TWO_MINUTES = timedelta(minutes=2)


class Holding(Pair):
    """A portal whose conditions a test sets."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.hold("age: 30m")

    def hold(self, conditions: str) -> None:
        """Set the conditions of the first portal; none if the text is empty."""
        option = f"    hold: {{{conditions}}}\n" if conditions else ""
        first = "    supplier: northwind\n"
        self.path.write_text(CONFIG.replace(first, first + option, 1))

    def place(self, number: str = "1001", *lines: Line, **fields: Any) -> Order:
        """Add an order at the Merchant, placed now."""
        known: dict[str, Any] = {"placed_at": self.clock.at, **fields}
        succeeded(self.shop.add_order(order(number, *lines, **known), supplier=SUPPLIER))
        return self.merchant(number)

    def send_orders(self) -> Ran:
        """Import, two minutes later."""
        return self.run(TASK)

    def step(self, number: str = "1001") -> StepRow:
        """Return the step of the first import of an order."""
        with Store.open(load_config(self.path).database) as store:
            return store.steps.by_key("shop-northwind", TASK, [f"{number}#1"])[f"{number}#1"]

    def is_sent(self, number: str = "1001") -> bool:
        """True if the Supplier has the order."""
        return self.northwind.read_order(number) is not None

    def release(self, number: str = "1001") -> None:
        """Release an order as the operator does."""
        with Store.open(load_config(self.path).database) as store, store.transaction():
            assert store.steps.release(self.step(number), now=self.clock.at)

    def attention(self) -> list[Attention]:
        """Return the entries of `attention`, without orders that are only not shipped yet."""
        config = load_config(self.path)
        with Store.open(config.database) as store:
            entries = attention(
                config, store, now=self.clock.at, unshipped_for=timedelta(days=UNSHIPPED_DAYS)
            )
        return [entry for entry in entries if entry.code.startswith(HOLD)]

    def edit_tags(self, number: str, *tags: str) -> None:
        """Change the tags at the Merchant."""
        text = ", ".join(f'"{tag}"' for tag in tags)
        self.sql("shop", f"update orders set tags = '[{text}]' where number = '{number}'")  # noqa: S608
        self.sql(
            "shop",
            f"insert into changes (kind, object_id, what) values ('order', '{number}', 'edited')",  # noqa: S608
        )


def address(**fields: str) -> Address:
    """Return the address of a test's orders, with other fields."""
    return replace(order("1").ship_to, **fields)
