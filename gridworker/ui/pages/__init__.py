"""The pages. Each has widgets (page), logic without Qt (presenter) and a source that asks the open profile."""
