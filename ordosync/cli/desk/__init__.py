"""Commands that change a local account: orders, shipping, products, stock."""
