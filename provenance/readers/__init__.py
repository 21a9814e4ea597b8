"""Readers of single kinds of evidence."""
