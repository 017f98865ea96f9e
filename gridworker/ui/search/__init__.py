"""Search everywhere: the field in the header, the list under it, and what choosing does."""
