"""Formats of the files that are read: CSV and JSON lines, and converters of their cells."""
