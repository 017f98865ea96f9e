"""The three lists side by side: needs, resources and tasks, projects."""
