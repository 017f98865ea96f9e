"""走访: who is next, the one-minute form, this week's visits."""
