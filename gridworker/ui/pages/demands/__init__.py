"""The demands page: what residents asked for, and what may be done next."""
