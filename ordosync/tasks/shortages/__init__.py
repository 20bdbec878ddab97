"""Parts of Report Shortages: what has changed, its words, its delivery, and open problems."""
