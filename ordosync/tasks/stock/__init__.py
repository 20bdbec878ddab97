"""Parts of Write Inventory Back: the rules, and the quantity to write."""
