"""Pages and dialogs outside the daily work: first run, unlock, create, settings, help."""
