"""PostgreSQL as the database that several hosts share."""
