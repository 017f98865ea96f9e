"""填表助手: somebody else's blank form, what goes where in it, and the filled copy."""
