"""Creates orders in a process of its own, which a test may kill: FOLDER NUMBER..."""

import sys
from pathlib import Path

from tests.accounts.contract import order
from tests.accounts.files.supplier import supplier

supplier(Path(sys.argv[1])).create_orders([order(number) for number in sys.argv[2:]])
