"""`kantei doctor`."""
