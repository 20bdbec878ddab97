"""What `ordosync init` writes."""
