"""Edits an order in a separate process, which a test may kill: FOLDER NUMBER STREET."""

import sys
from pathlib import Path

from ordosync.accounts.account import required
from tests.accounts.files.opening import address_edit, open_supplier

folder, number, street = sys.argv[1:]
required(open_supplier(Path(folder)).side.edits).write([address_edit(number, street)])
