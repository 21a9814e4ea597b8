"""`kantei check`."""
