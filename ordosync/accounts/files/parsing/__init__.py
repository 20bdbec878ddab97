"""Parsing of rows: cells to values, rows to records, and the rules that leave rows out."""
