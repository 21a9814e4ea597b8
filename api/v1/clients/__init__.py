"""A client's own quota."""
