"""The page of what a community may set itself: catalogues, limits, holidays, rules of meetings."""
