"""Files that ordosync writes: atomic, harmless in a spreadsheet, one row per key."""
