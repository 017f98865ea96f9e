"""The page 议事: issues, meetings and resolutions."""
