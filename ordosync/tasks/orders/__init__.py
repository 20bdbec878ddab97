"""Parts of Import Orders: what of an order is sent, and what is reported of it later."""
