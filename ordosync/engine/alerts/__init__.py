"""Alerts: what `attention` says now, compared with what was reported to each recipient."""
