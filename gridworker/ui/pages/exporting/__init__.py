"""Letting a file leave from any page: the questions before, where to, and the log of what left."""
