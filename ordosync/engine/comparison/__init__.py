"""Comparison of both accounts: reconcile, repair, rebuild a lost store, adopt existing orders."""
