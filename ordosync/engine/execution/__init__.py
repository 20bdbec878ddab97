"""Execution of one run: claim, decide, deliver, record, and recover what an earlier run left."""
