"""Files that are handed over to a place, each exactly once.

A file is finished locally first. `records.py` has its steps, `outbox.py` takes them, and `names.py`
gives a file its name. The partner takes files away, so only the records say what was handed over.
"""
