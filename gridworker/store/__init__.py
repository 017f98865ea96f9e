"""Keeps what the models describe: the encrypted database on this computer, and the one way to write to it."""
