"""What a person does: one function per verb. Builds ops, saves them in one write, returns what changed."""
