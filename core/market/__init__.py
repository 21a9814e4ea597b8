"""What every marketplace says, whatever its dialect."""
