"""Measurements of the classifier."""
