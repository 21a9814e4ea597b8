"""Lists of known images."""
