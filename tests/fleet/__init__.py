"""Fleets: several hosts with one store in PostgreSQL, of which some are killed, frozen or cut off.

    python -m tests.fleet --portals 60

Each host is a process group with a name. Orders are counted at the accounts. Each account is a
file, which all hosts see, as if it were a service with slow responses.
"""
