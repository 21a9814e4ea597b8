"""Marks that a standard or a law describes, whoever writes them."""
