"""Sizes of batches of writes to files."""

from ordosync.accounts.portal_account import Limits

LIMITS = Limits(batch_size=1000)
"""A batch of quantities or tracking numbers rewrites the file once, for any number of rows."""
LIMITS_AT_PLACE = Limits(batch_size=20)
"""Each order is a file that is handed over, and a signal ends a run only between two batches."""
