"""Creates orders in a process of its own, which a test may kill: PATH REFERENCE COUNT."""

import sys
from pathlib import Path

from ordosync.accounts.sqlite import SqliteAccount
from tests.accounts.contract import order

path, reference, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
account = SqliteAccount(name="northwind", spool=path.parent, path=path)
account.create_orders([order("1001", reference=f"{reference}{n}") for n in range(count)])
