"""Parts of Import Orders: the fields that are sent, refusals, and notices about later changes."""
