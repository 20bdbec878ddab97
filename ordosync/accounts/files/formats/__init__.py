"""Formats of the files that are read: CSV and JSON lines, and how a cell becomes a value."""
