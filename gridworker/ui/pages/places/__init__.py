"""Shops and public spots: what is visited beside households."""
