"""住户: every door as a table, one household at the side."""
