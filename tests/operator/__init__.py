"""The findings of a day with ordosync, each by its number."""
