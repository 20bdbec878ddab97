"""A small order system in one SQLite file: orders, stock, shipments and a timeline.

It stands below the accounts and knows nothing of portals or tasks. `accounts/sqlite` adapts it.
"""
