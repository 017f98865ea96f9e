"""How far everything written here has come, and what waits for a person."""
