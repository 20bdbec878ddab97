"""Commands for support: why, attention, reconcile, rebuild, report, health, purge."""
