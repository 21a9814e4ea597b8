"""Readers' reports, and who sent them."""
