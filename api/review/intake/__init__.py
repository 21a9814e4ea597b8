"""Pages about what was submitted."""
