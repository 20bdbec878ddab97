"""Files that ordosync writes: at once as a whole, and harmless in a spreadsheet."""
