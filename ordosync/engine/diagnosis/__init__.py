"""Diagnosis: the story of an order, open concerns, reports, health and checks."""
