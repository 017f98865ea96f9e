"""Makes two stores agree: the wire, the engine that decides when to talk, and the client that talks."""
