"""ordosync keeps a Merchant's and a Supplier's order accounts in step."""

__version__ = "0.1.0"
