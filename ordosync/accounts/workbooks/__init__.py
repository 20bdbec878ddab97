"""Workbooks of spreadsheets, read sheet by sheet: .xlsx by this package, .xls by xlrd.

A workbook is read row by row within limits, and every cell becomes the text that a user sees as
its value. A cell whose value is not known is a problem, never a blank.
"""
