"""Histories of one SKU that several Merchants sell, with the units that are sold twice."""
