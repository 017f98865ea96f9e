"""The organisation tree and the area tree at the left of the window."""
