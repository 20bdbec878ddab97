"""Workbooks of spreadsheets: texts of cells, limits, and what is refused."""
