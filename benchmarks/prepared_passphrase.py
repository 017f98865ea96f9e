"""The passphrase of prepared profiles, apart, so that a window that is being timed loads nothing else with it."""

PASSPHRASE = "lianxi-practice"
