"""Tests of the parts of Update tracking."""
