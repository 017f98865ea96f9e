"""The page of the duty roster: a week of one grid or of the community, swaps and what is handed over."""
