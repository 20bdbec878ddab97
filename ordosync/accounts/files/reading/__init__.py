"""Reading of files: which are new, copies of what is unsettled, and the rows of one read by key."""
