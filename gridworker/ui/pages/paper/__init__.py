"""The page for entering a walk list that was filled in on paper, in one pass."""
