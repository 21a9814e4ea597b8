"""Measurements of the service around the classifier."""
