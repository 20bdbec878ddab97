"""Parts of Update Tracking: the units, labels and links of parcels."""
