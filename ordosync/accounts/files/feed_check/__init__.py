"""The check of one file before it is read: its format, its columns, its rows, signs of damage."""
