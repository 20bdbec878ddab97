"""Options of the files that are read."""
