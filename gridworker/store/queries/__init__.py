"""Questions pages and reports ask: the store in, frozen rows out. Never writes."""
