"""The other side: an encrypted database of its own, the rules of who may see and do what, and one HTTP door."""
