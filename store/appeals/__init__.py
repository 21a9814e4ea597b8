"""Appeals and the files sent with them."""
