"""Scheduling: registers tasks, decides what is due, reports outages, deletes old log entries."""
