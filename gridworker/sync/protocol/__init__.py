"""The wire: messages, rows, bodies and signatures, shared by client and server and described for a stranger in
docs/sync-protocol.md. Opens no connection and no database."""
