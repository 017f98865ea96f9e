"""What was done lately, and taking it back."""
