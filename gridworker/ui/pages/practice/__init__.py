"""What to try first in the practice community."""
