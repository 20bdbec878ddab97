"""Parts of an edit that is written to the Supplier's order, or that holds it."""
