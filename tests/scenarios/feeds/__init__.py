"""Whole stories with the exports that presets are for."""
