"""Golden cases, second looks and statistics."""
