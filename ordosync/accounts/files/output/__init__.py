"""Files that ordosync writes: each in one step, and safe to open in a spreadsheet."""
