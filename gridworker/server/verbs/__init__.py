"""What each verb of `gridworker-server` does."""
