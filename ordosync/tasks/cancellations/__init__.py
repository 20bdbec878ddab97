"""Parts of Cancel Orders: units, pieces and statuses that one account cancelled."""
