"""Orders whose address is incomplete, which a portal does not send without `address: optional`."""

from collections.abc import Iterator, Mapping

from ordosync.accounts.feeds import MOST_EXAMPLES, FeedFinding
from ordosync.accounts.files.input_options.input_files import InputFiles
from ordosync.accounts.files.input_options.order_files import OrderFiles
from ordosync.models import Address, Order


class IncompleteAddresses:
    """Collects the orders without a street, or without both a town and a postcode."""

    def __init__(self, options: InputFiles) -> None:
        self._is_needed = isinstance(options, OrderFiles) and options.has_place_columns
        self._count = 0
        self._rows: list[int] = []

    def add(self, records: Mapping[str, object], first_rows: Mapping[str, int]) -> None:
        """Look at records, which are given by their keys with the first row of each."""
        for key, record in records.items() if self._is_needed else ():
            if isinstance(record, Order) and record.needs_shipping and _lacks(record.ship_to):
                self._count += 1
                if key in first_rows and len(self._rows) < MOST_EXAMPLES:
                    self._rows.append(first_rows[key])

    def findings(self) -> Iterator[FeedFinding]:
        """Yield what was found."""
        if self._count:
            yield FeedFinding(
                code="no-address",
                text="the address has no street, or neither a town nor a postcode; a portal does"
                " not send such an order without `address: optional`",
                count=self._count,
                rows=tuple(self._rows),
            )


def _lacks(address: Address) -> bool:
    street = address.street1.strip() or address.street2.strip()
    return not street or not (address.city.strip() or address.zip.strip())
