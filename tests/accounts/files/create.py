"""Creates orders in a separate process, which a test may kill: FOLDER NUMBER..."""

import sys
from pathlib import Path

from tests.accounts.contract import order
from tests.accounts.files.opening import open_supplier

open_supplier(Path(sys.argv[1])).orders.create([order(number) for number in sys.argv[2:]])
