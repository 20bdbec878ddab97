"""Asks for a cancellation in a separate process, which a test may kill: FOLDER NUMBER."""

import sys
from pathlib import Path

from tests.accounts.files.opening import open_supplier

open_supplier(Path(sys.argv[1])).cancellations.cancel([sys.argv[2]])
