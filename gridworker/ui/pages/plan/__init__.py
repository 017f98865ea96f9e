"""The page of a week's plan: proposals with their reasons, accepted one by one or all, and how far it has come."""
