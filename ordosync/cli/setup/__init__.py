"""Commands that set up: init, demo, and the templates they write."""
