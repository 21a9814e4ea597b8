"""Commands for lists of known images."""
