"""Output: terminal text, tables and JSON."""
