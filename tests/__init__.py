"""What the house promises, in sentences."""
