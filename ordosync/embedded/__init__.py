"""A small order system in one SQLite file: orders, stock, shipments and a timeline.

It is a layer below the accounts and does not depend on portals or tasks. `desk.py` has the commands
of its users. `accounts/sqlite` adapts it to the contract of an account. An order's id is its
number, a product's id is its SKU. `EmbeddedFile` opens the file and begins and ends each
transaction. The other files have the SQL, one subject each. A change is written in one transaction
with its timeline entry and its row in the change feed.
"""
