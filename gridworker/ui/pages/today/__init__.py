"""The page Today: the round, promises, duty, drafts and what is not sent."""
